using Dashboard.Core.Configuration;
using Dashboard.Core.Configuration.Classes;
using Dashboard.Core.Configuration.Options;
using Dashboard.Web.Security;

namespace Dashboard.Web.Settings;

/// <summary>Everything the dashboard can be told: what its rooms declare, what belongs to its pages, and the sections that are ASP.NET Core's.</summary>
internal static class SettingsCatalog
{
    private static readonly (string Path, string Doc)[] OfTheFramework =
    [
        ("Logging", "How much is logged, and how: as in every program on ASP.NET Core. A reload takes new levels over."),
        ("Kestrel", "Endpoints, certificates and limits of the web server."),
        ("urls", "Where to listen, addresses with ; between. Default: http://127.0.0.1:7080."),
        ("http_ports", "Ports to listen on without naming an address."),
        ("https_ports", "The same for https."),
        ("environment", "Production or Development: which appsettings.NAME.json is read, too."),
        ("contentRoot", "Where appsettings.json and wwwroot are."),
        ("webroot", "Where the files for browsers are."),
        ("applicationName", "The assembly that is the program."),
        ("shutdownTimeoutSeconds", "How long the program may take to end."),
        ("detailedErrors", "Whether pages show exceptions."),
        ("captureStartupErrors", "Whether the server starts although the program failed to."),
        ("suppressStatusMessages", "Whether the server is silent about where it listens."),
        ("preferHostingUrls", "Whether urls count more than Kestrel's endpoints."),
        ("preventHostingStartup", "Whether assemblies named by hostingStartupAssemblies are left alone."),
        ("hostingStartupAssemblies", "Assemblies to start with the program."),
        ("hostingStartupExcludeAssemblies", "Those not to start."),
        ("forwardedHeaders_enabled", "Leave it off: the dashboard has Access:KnownProxies for this."),
        ("hostBuilder", "Settings of .NET's host."),
    ];

    /// <summary>The catalog.</summary>
    public static OptionCatalog New(ClassRegistry? classes = null)
    {
        var catalog = CoreCatalog.New(classes ?? new ClassRegistry())
            .Add(new OptionSection("", "", [Option.Text("AllowedHosts", "The names under which browsers may ask for the dashboard, with ; between; others are refused.", "localhost;127.0.0.1;[::1]") with { TakesEffectAlive = false }]));
        foreach (var section in OptionsClass.Sections("Access", typeof(AccessOptions)))
        {
            catalog.Add(section);
        }

        foreach (var (path, doc) in OfTheFramework)
        {
            catalog.PassThrough(path, doc);
        }

        return catalog;
    }
}
