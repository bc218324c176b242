using Dashboard.Core.Configuration.Classes;
using Dashboard.Core.Configuration.Options;
using Dashboard.Core.Database.Embedded;
using Dashboard.Core.Failures;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Runner;
using Dashboard.Core.Runs;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Configuration;

/// <summary>Everything the rooms of Core can be told.</summary>
public static class CoreCatalog
{
    /// <summary>A catalog of it, to which a program adds what is its own.</summary>
    public static OptionCatalog New(ClassRegistry classes)
    {
        var catalog = new OptionCatalog(classes)
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
        return catalog;

        void Add(string path, Type type)
        {
            foreach (var section in OptionsClass.Sections(path, type))
            {
                catalog.Add(section);
            }
        }
    }
}
