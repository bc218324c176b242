using Dashboard.Core.Configuration.Layers;
using Dashboard.Core.Configuration.Options;
using Dashboard.Core.Configuration.Readings;

namespace Dashboard.Core.Configuration;

/// <summary>
/// The places a program's configuration is read from: always the same ones, while what stands in the files may be another each time. Reading changes nothing
/// and can be done beside a program that runs.
/// </summary>
/// <param name="catalog">What can be configured.</param>
/// <param name="folder">Where <c>appsettings.json</c> is.</param>
/// <param name="arguments">The command line.</param>
/// <param name="environment">The environment.</param>
/// <param name="shipped">The files beside the program; one that is not there is left out.</param>
public sealed class ConfigurationSources(OptionCatalog catalog, string folder, IReadOnlyList<string> arguments, Layer environment, params IReadOnlyList<string> shipped)
{
    /// <summary>What can be configured.</summary>
    public OptionCatalog Catalog { get; } = catalog;

    /// <summary>What the command line says.</summary>
    public Layer CommandLine { get; } = CommandLineLayer.Read(arguments, catalog);

    /// <summary>Reads all of them now.</summary>
    public ConfigurationReading Read()
    {
        var layers = new List<Layer> { CommandLine, environment };
        layers.AddRange(shipped.Select(name => Path.Combine(folder, name)).Where(File.Exists).Select(path => SettingsFile.Read(path, LayerKind.Shipped)));

        // Where the files are, and how much they count, cannot stand in one of them.
        var first = ConfigurationResolver.Resolve(new OptionCatalog(Catalog.Classes).Add(AdminOptions.Section), layers);
        var named = first.Find(AdminOptions.Conf)?.Value as IReadOnlyList<string> ?? [];
        layers.AddRange(named.Select(path => SettingsFile.Read(Path.GetFullPath(path))));

        var words = first.Find(AdminOptions.Order)?.Value as IReadOnlyList<string> ?? [];
        var order = LayerOrder.Parse(words);
        var reading = ConfigurationResolver.Resolve(Catalog, layers, order);
        return order is not null ? reading : reading.With(new ConfigurationFault(first.Find(AdminOptions.Order)!.Origin.ToString(), null, $"{AdminOptions.Order} = {FaultList.Quote(string.Join(", ", words))}", $"each of {LayerOrder.UsualText} once, the strongest last"));
    }
}
