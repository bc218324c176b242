using System.Text;
using System.Text.Json;
using Dashboard.Core.Database.Embedded;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Runner.Jobs;
using Dashboard.Core.Sources;
using Npgsql;

namespace Dashboard.Core.Runner.Samples;

/// <summary>
/// The living sample: a database of the embedded server in which the .NET runner really runs a set of jobs shaped like Socorro's, so that a first start shows
/// runs, retries and backfill before a database of the operator's own is configured. Its files are beside the cluster.
/// </summary>
public static class SampleSource
{
    /// <summary>Of the database and of the source.</summary>
    public const string Name = "sample";

    // Three hours in which nobody ran the jobs that make up for what they missed: the first start finds that, and does it.
    private const string TrimSql = """
        delete from crontabber_log where log_time < now() - interval '14 days'
        """;

    private const string BeginSql = """
        insert into crontabber (app_name, next_run, first_run, last_run, last_success, error_count, depends_on, last_error)
        select name, past + every, past, past, past, 0, parents::text[], '{}'
          from (values ('duplicates', interval '10 minutes', '{receive-reports}'),
                       ('reports-clean', interval '10 minutes', '{duplicates}'),
                       ('signatures-matview', interval '1 hour', '{reports-clean}'),
                       ('tcbs-matview', interval '1 hour', '{product-versions-matview,signatures-matview,reports-clean}')) as job (name, every, parents),
               (select date_trunc('minute', now()) - interval '3 hours' as past) as began
         where not exists (select from crontabber) and not exists (select from crontabber_log)
        """;

    /// <summary>The configuration of its jobs in a data folder.</summary>
    public static string JobsFile(DataFolder folder) => In(folder, "crontabber.ini");

    /// <summary>What its classes are called.</summary>
    public static string MappingFile(DataFolder folder) => In(folder, "classes.json");

    /// <summary>The source, as pages and the runner see it.</summary>
    public static Source Of(DataFolder folder, string connectionString)
    {
        var port = new NpgsqlConnectionStringBuilder(connectionString).Port;
        return new Source(Name, connectionString, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"127.0.0.1:{port}/{Name}"))
        {
            Embedded = true,
            About = "a sample that lives",
            JobsFile = JobsFile(folder),
            MappingFile = MappingFile(folder),
        };
    }

    /// <summary>Makes its tables where they are missing, and brings what its jobs call up to date.</summary>
    public static async Task LoadAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var data = NpgsqlDataSource.Create($"{connectionString};Pooling=false");
        await StateTables.FindAsync(data, create: true, cancellationToken);
        await ShippedRuns.On(data).Repeatable.RunAsync(
            static async (connection, token) =>
            {
                foreach (var sql in (string[])["set local client_min_messages = warning", Shipped("Runner/Samples/reports.sql"), BeginSql])
                {
                    await using var command = new NpgsqlCommand(sql, connection);
                    await command.ExecuteNonQueryAsync(token);
                }
            },
            cancellationToken);
    }

    /// <summary>Forgets what its jobs logged long ago: it ticks every ten seconds, on somebody's laptop. Never done to a log that is not the sample's own.</summary>
    public static Task<int> TrimAsync(NpgsqlDataSource sample, CancellationToken cancellationToken) => ShippedRuns.On(sample).Statements.ExecuteAsync(static () => new NpgsqlCommand(TrimSql), cancellationToken);

    /// <summary>Writes its configuration, with the address of the site that its jobs call, and the names of its classes.</summary>
    public static async Task WriteAsync(DataFolder folder, Uri site, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(site);
        Directory.CreateDirectory(In(folder, ""));
        var jobs = Shipped("sample/crontabber.ini").Replace("{site}", site.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal).Replace("{folder}", In(folder, "").TrimEnd('/'), StringComparison.Ordinal);
        await ReplaceAsync(JobsFile(folder), jobs, cancellationToken);
        await ReplaceAsync(MappingFile(folder), JsonSerializer.Serialize(JobClasses.OfThisProgram().All.ToDictionary(
            each => each.Name, each => new { app_name = each.Name, backfill = each.Backfills, depends_on = each.DependsOn })), cancellationToken);
    }

    private static Task ReplaceAsync(string file, string text, CancellationToken cancellationToken) =>
        DataFolder.WriteAsync(file, text, UnixFileMode.UserRead | UnixFileMode.UserWrite, cancellationToken);

    private static string Shipped(string name)
    {
        using var stream = typeof(SampleSource).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static string In(DataFolder folder, string name)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return Path.Combine(folder.In(Name), name);
    }
}
