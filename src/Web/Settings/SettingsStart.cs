using Dashboard.Core.Configuration;
using Dashboard.Core.Configuration.Classes;
using Dashboard.Core.Configuration.Layers;
using Dashboard.Core.Configuration.Options;
using Dashboard.Core.Configuration.Readings;
using Dashboard.Core.Configuration.Writing;
using Dashboard.Web.Commands;
using Dashboard.Web.Security;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;

namespace Dashboard.Web.Settings;

/// <summary>What the dashboard is configured with, before anything else of it exists.</summary>
/// <param name="Sources">Where that is read from.</param>
/// <param name="First">What it says.</param>
/// <param name="Live">What options are bound from.</param>
internal sealed record SettingsStart(ConfigurationSources Sources, ConfigurationReading First, LayeredConfiguration Live)
{
    private static readonly string[] EnvironmentNames = ["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"];

    /// <summary>Reads it.</summary>
    public static SettingsStart Read(IReadOnlyList<string> arguments)
    {
        var environment = EnvironmentLayer.OfProcess();
        var (catalog, faults) = CatalogOf(arguments, environment);
        var name = Said("environment", arguments, environment, catalog) ?? EnvironmentNames.Select(Environment.GetEnvironmentVariable).FirstOrDefault(each => !string.IsNullOrEmpty(each)) ?? Environments.Production;
        var sources = new ConfigurationSources(catalog, ContentRoot.Find(), arguments, environment, "appsettings.json", $"appsettings.{name}.json");
        var first = sources.Read().With(faults);
        return new SettingsStart(sources, first, new LayeredConfiguration(first));
    }

    /// <summary>Everything that can be said, with what plug-ins bring when these arguments or the environment name a folder of them.</summary>
    public static OptionCatalog CatalogOf(IReadOnlyList<string> arguments) => CatalogOf(arguments, EnvironmentLayer.OfProcess()).Catalog;

    /// <summary>Does what <c>--admin.print_conf</c> and <c>--admin.dump_conf</c> ask for, or says why nothing can be done with such a configuration.</summary>
    /// <returns>The exit code; null when the dashboard is to be served.</returns>
    public async Task<int?> AnsweredAsync(TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        foreach (var fault in First.Faults)
        {
            await error.WriteLineAsync(fault.ToString().AsMemory(), cancellationToken);
        }

        // Who looks at it or writes it down is told what was passed over; who serves it reads that in the log.
        var (print, dump) = (Text(AdminOptions.Print), Text(AdminOptions.Dump));
        foreach (var warning in print is { Length: > 0 } || dump is { Length: > 0 } ? First.Warnings : [])
        {
            await error.WriteLineAsync(warning.ToString().AsMemory(), cancellationToken);
        }

        if (print is { Length: > 0 } format)
        {
            await output.WriteAsync(SettingsPrint.Of(First, format).AsMemory(), cancellationToken);
            return First.IsUsable ? 0 : StartRule.ExitCode;
        }

        if (!First.IsUsable)
        {
            return StartRule.ExitCode;
        }

        return dump is { Length: > 0 } path ? await DumpAsync(path, output, error, cancellationToken) : null;
    }

    /// <summary>What to say of secrets that stand in the command line, where everybody on the machine reads them; null when there are none.</summary>
    public string? Exposed => CommandLineSecrets.Select(value => value.Path).Distinct(OptionPath.Comparer).ToList() is { Count: > 0 } paths
        ? $"Everybody on this machine can read a command line while a program starts, shells remember it, and there are secrets in it: {string.Join(", ", paths)}. Say them in the environment (Section__Name) or in a file (--admin.conf), the password of a PostgreSQL also in ~/.pgpass."
        : null;

    /// <summary>Makes secrets unreadable in the command line as other programs see it, where the system lets us; what was read is kept.</summary>
    public void Cover() => CommandLineCover.Cover([.. CommandLineSecrets.Select(value => value.Text)]);

    /// <summary>Makes this the configuration of the web program: in the place of the files, the environment and the command line, which it has read itself.</summary>
    public void Apply(WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        foreach (var source in configuration.Sources.Where(source => source is JsonConfigurationSource or EnvironmentVariablesConfigurationSource or CommandLineConfigurationSource).ToList())
        {
            configuration.Sources.Remove(source);
        }

        configuration.Sources.Add(Live);
    }

    // Also what is overruled, and what is no option because its name was mistyped.
    private IEnumerable<LayerValue> CommandLineSecrets => Sources.CommandLine.Values.Where(value => First.Find(value.Path)?.Option is { IsSecret: true } ? HasSecret(value.Text) : SecretText.OfOther(value.Path, value.Text) != value.Text);

    private static (OptionCatalog Catalog, IReadOnlyList<ConfigurationFault> Faults) CatalogOf(IReadOnlyList<string> arguments, Layer environment)
    {
        // Plug-ins come first: what they bring can be named by everything that is read afterwards.
        var catalog = SettingsCatalog.New();
        return (catalog, Said(AdminOptions.Plugins, arguments, environment, catalog) is { Length: > 0 } folder ? PluginFolder.Load(Path.GetFullPath(folder), catalog.Classes) : []);
    }

    private static string? Said(string path, IReadOnlyList<string> arguments, Layer environment, OptionCatalog catalog) =>
        CommandLineLayer.Read(arguments, catalog).Values.Concat(environment.Values).FirstOrDefault(value => OptionPath.Comparer.Equals(value.Path, path))?.Text;

    // A connection string without a password is no secret.
    private static bool HasSecret(string text) => text.Length > 0
        && (!text.Contains("Host=", StringComparison.OrdinalIgnoreCase) || text.Contains("Password=", StringComparison.OrdinalIgnoreCase) || text.Contains("Pwd=", StringComparison.OrdinalIgnoreCase));

    private async Task<int> DumpAsync(string path, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            var written = await SettingsDump.WriteAsync(First, Sources.Catalog, path, cancellationToken);
            foreach (var file in written.Files)
            {
                await output.WriteLineAsync(file.AsMemory(), cancellationToken);
            }

            return 0;
        }
        catch (Exception cause) when (cause is SettingsDumpException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"The configuration was not written: {cause.Message}".AsMemory(), cancellationToken);
            return 1;
        }
    }

    private string? Text(string path) => First.Find(path)?.Value as string;
}
