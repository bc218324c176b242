using System.CommandLine;
using Dashboard.Core.Database;
using Dashboard.Core.Configuration.Writing;
using Dashboard.Core.Database.Embedded;
using Dashboard.Web.Settings;
using Npgsql;

namespace Dashboard.Web.Commands;

/// <summary>What the program does besides serving pages: <c>./run VERB</c>.</summary>
internal static class Verbs
{
    /// <summary>Whether the arguments ask for a verb, or for help wherever that stands among settings; otherwise they are for the web server.</summary>
    public static bool Asked(string[] arguments) =>
        arguments is [var first, ..] && (!first.StartsWith('-') || first is "--version" || arguments.Any(IsHelp));

    /// <summary>Runs it; 0 when it did what was asked.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        try
        {
            // Settings beside it may name plug-ins, which have options of their own.
            var helps = arguments is [['-', ..], ..] && arguments.Any(IsHelp);
            var code = await Root().Parse(helps ? ["--help"] : arguments).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(45) });
            if (helps)
            {
                await Console.Out.WriteAsync($"Settings, in a file, the environment (Section__Name) or here:\n{OptionHelp.ForTerminal(SettingsStart.CatalogOf(arguments))}");
            }

            return code;
        }
        catch (OperationCanceledException)
        {
            // Asked to end before there was anything to end: as a shell says it of SIGINT.
            return 130;
        }
        catch (Exception cause) when (cause is EmbeddedPostgresException or NpgsqlException or VerbException)
        {
            await Console.Error.WriteLineAsync(cause.Message);
            return 1;
        }
    }

    /// <summary>Opens the own records for a verb: those of a dashboard that runs, or started for the moment.</summary>
    public static Task<DashboardStorage> OwnRecordsAsync(CancellationToken cancellationToken) =>
        DashboardStorage.VisitAsync(Configuration(), TimeProvider.System, cancellationToken);

    /// <summary>The settings a served dashboard would have, but for its command line.</summary>
    /// <exception cref="VerbException">They cannot be used.</exception>
    public static IConfiguration Configuration()
    {
        var settings = SettingsStart.Read([]);
        return settings.First.IsUsable
            ? new ConfigurationBuilder().Add(settings.Live).Build()
            : throw new VerbException(string.Join(Environment.NewLine, settings.First.Faults));
    }

    private static bool IsHelp(string argument) => argument is "--help" or "-h" or "-?";

    private static RootCommand Root()
    {
        var root = Own();
        foreach (var verb in SchedulerVerbs.Create(Configuration, TimeProvider.System))
        {
            root.Add(verb);
        }

        foreach (var verb in RunnerVerbs.Create(Configuration, TimeProvider.System))
        {
            root.Add(verb);
        }

        foreach (var verb in ActionVerbs.Create(Configuration, TimeProvider.System))
        {
            root.Add(verb);
        }

        foreach (var verb in StoreVerbs.Create(Configuration, TimeProvider.System))
        {
            root.Add(verb);
        }

        return root;
    }

    private static RootCommand Own() => new(
        """
        Crontabber Dashboard: will it heal by itself, and when, or do I get up?

        Without a verb it serves the dashboard on http://127.0.0.1:7080; any option of ASP.NET Core passes through:
          --urls http://127.0.0.1:9000        another address
          --source "Host=…;Database=…"        observe this database (as often as wanted; "name=Host=…" to name it)
          --jobs crontabber.ini               what the scheduler of the source before it runs when; --mapping FILE names its classes
          --admin.conf=dashboard.ini          settings of a file; SIGHUP reads it again
          --admin.print_conf=ini|json|env     every setting, its value and where that is from
        """)
    {
        KeyVerb.Create(),
        LoginVerb.Create(),
        AuditVerb.Create(),
        SourcesVerb.Create(),
        ConformanceVerb.Create(),
        IngestVerb.Create(),
        ReplayVerbs.Simulate(),
        ReplayVerbs.Replay(),
        InstallVerb.Install(Configuration),
        InstallVerb.Uninstall(Configuration),
    };
}
