using Dashboard.Core.Configuration.Classes;
using Dashboard.Core.Configuration.Options;
using Dashboard.Core.Configuration.Readings;
using Dashboard.Core.Database.Embedded;
using Dashboard.Core.Failures;
using Dashboard.Core.Ledger;
using Dashboard.Core.Notifications;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Runner;
using Dashboard.Core.Runs;
using Dashboard.Core.Sources;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.CutOver;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Stores.Moving;
using Dashboard.Core.Stores.Trees;
using Dashboard.Core.Verdicts;

namespace Dashboard.Core.Configuration;

/// <summary>Everything the rooms of Core can be told.</summary>
public static class CoreCatalog
{
    /// <summary>A catalog of it, to which a program adds what is its own.</summary>
    /// <param name="classes">An empty registry; the crash stores come into it.</param>
    public static OptionCatalog New(ClassRegistry classes)
    {
        var catalog = new OptionCatalog(classes.AddCrashStores())
            .Add(AdminOptions.Section)
            .Add(new OptionSection("ConnectionStrings", "The dashboard's own database.",
            [
                Option.Secret("Dashboard", "Where the dashboard keeps its own records: a connection string for Npgsql. Without one it starts a PostgreSQL of its own.") with { TakesEffectAlive = false },
            ]));
        Add("Sources:*", typeof(SourceOptions));
        Add("Database:Embedded", typeof(EmbeddedOptions));
        Add(RunOptions.Section, typeof(RunOptions));
        Add(FailureOptions.Section, typeof(FailureOptions));
        Add(RetryOptions.Section, typeof(RetryOptions));
        Add(ExecutorOptions.Section, typeof(ExecutorOptions));
        Add(RunnerSettings.Section, typeof(RunnerSettings));
        Add(VerdictOptions.Section, typeof(VerdictOptions));
        Add(LedgerOptions.Section, typeof(LedgerOptions));
        Add(NotificationOptions.Section, typeof(NotificationOptions));
        Add($"{NotificationOptions.Section}:{nameof(NotificationOptions.Channels)}:*", typeof(ChannelOptions));
        Add(StoresOptions.Section, typeof(StoresOptions));
        Add(MoverOptions.Section, typeof(MoverOptions));
        Add(CutOverOptions.Section, typeof(CutOverOptions));
        foreach (var section in StoreTree.Sections)
        {
            catalog.Add(section);
        }

        return catalog
            .PassThrough("Verdict:FreshWithin", "How old a job's data may be, by the job's name; of the others it follows from their own schedule.")
            .PassThrough("Stores:Watched", "The crash stores that are looked after: a name people know each by, and its address.")
            .PassThrough(SecretText.OfStores, "The secrets of crash stores, by the names their addresses give them.");

        void Add(string path, Type type)
        {
            foreach (var section in OptionsClass.Sections(path, type))
            {
                catalog.Add(section);
            }
        }
    }
}
