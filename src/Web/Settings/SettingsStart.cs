using Dashboard.Core.Configuration;
using Dashboard.Core.Configuration.Classes;
using Dashboard.Core.Configuration.Layers;
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
        var catalog = SettingsCatalog.New();
        var environment = EnvironmentLayer.OfProcess();
        var commandLine = CommandLineLayer.Read(arguments, catalog);
        string? Said(string path) => commandLine.Values.Concat(environment.Values).FirstOrDefault(value => OptionPath.Comparer.Equals(value.Path, path))?.Text;

        // Plug-ins come first: what they bring can be named by everything that is read afterwards.
        var faults = Said(AdminOptions.Plugins) is { Length: > 0 } folder ? PluginFolder.Load(Path.GetFullPath(folder), catalog.Classes) : [];
        var name = Said("environment") ?? EnvironmentNames.Select(Environment.GetEnvironmentVariable).FirstOrDefault(each => !string.IsNullOrEmpty(each)) ?? Environments.Production;
        var sources = new ConfigurationSources(catalog, ContentRoot.Find(), arguments, environment, "appsettings.json", $"appsettings.{name}.json");
        var first = sources.Read().With(faults);
        return new SettingsStart(sources, first, new LayeredConfiguration(first));
    }

    /// <summary>Does what <c>--admin.print_conf</c> and <c>--admin.dump_conf</c> ask for, or says why nothing can be done with such a configuration.</summary>
    /// <returns>The exit code; null when the dashboard is to be served.</returns>
    public async Task<int?> AnsweredAsync(TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        foreach (var fault in First.Faults)
        {
            await error.WriteLineAsync(fault.ToString().AsMemory(), cancellationToken);
        }

        if (Text(AdminOptions.Print) is { Length: > 0 } format)
        {
            await output.WriteAsync(SettingsPrint.Of(First, format).AsMemory(), cancellationToken);
            return First.IsUsable ? 0 : StartRule.ExitCode;
        }

        if (!First.IsUsable)
        {
            return StartRule.ExitCode;
        }

        return Text(AdminOptions.Dump) is { Length: > 0 } path ? await DumpAsync(path, output, error, cancellationToken) : null;
    }

    /// <summary>What to say of secrets that stand in the command line, where everybody on the machine reads them; null when there are none.</summary>
    public string? Exposed => First.Options.Where(option => option is { Option.IsSecret: true, Origin.Kind: LayerKind.CommandLine } && HasSecret(option.Text)).Select(option => option.Path).ToList() is { Count: > 0 } paths
        ? $"Everybody on this machine can read what stands in the command line, and there are secrets in it: {string.Join(", ", paths)}. Say them in the environment (Section__Name) or in a file (--admin.conf), the password of a PostgreSQL also in ~/.pgpass."
        : null;

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

    // A connection string without a password is no secret.
    private static bool HasSecret(string? text) => text is { Length: > 0 }
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
