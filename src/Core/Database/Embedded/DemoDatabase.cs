using System.Text;
using Dashboard.Core.Retries.Executor;
using Npgsql;

namespace Dashboard.Core.Database.Embedded;

/// <summary>
/// What a real crontabber wrote on a bad morning, shown until a database of the operator's own is configured. Its times are moved by one
/// offset of whole minutes, so that the moment it was captured is the moment it was loaded, and a schedule of hours and minutes can be moved with it.
/// </summary>
public static class DemoDatabase
{
    /// <summary>Of the database and of the source.</summary>
    public const string Name = "demo";

    /// <summary>When it was captured.</summary>
    public static readonly DateTimeOffset CapturedAt = new(2014, 9, 5, 9, 0, 30, TimeSpan.Zero);

    private const string LoadedSql = """
        select exists (select from pg_class where relname = 'crontabber' and relkind = 'r')
        """;

    /// <remarks>A change of type rewrites the rows in the order they lie in: the log stays as crontabber wrote it, without dead rows between.</remarks>
    private const string ShiftSql = """
        alter table public.crontabber
          alter column next_run type timestamptz using next_run + (date_trunc('minute', now() - timestamptz '2014-09-05 09:00:30+00')),
          alter column first_run type timestamptz using first_run + (date_trunc('minute', now() - timestamptz '2014-09-05 09:00:30+00')),
          alter column last_run type timestamptz using last_run + (date_trunc('minute', now() - timestamptz '2014-09-05 09:00:30+00')),
          alter column last_success type timestamptz using last_success + (date_trunc('minute', now() - timestamptz '2014-09-05 09:00:30+00')),
          alter column ongoing type timestamptz using ongoing + (date_trunc('minute', now() - timestamptz '2014-09-05 09:00:30+00'));
        alter table public.crontabber_log
          alter column log_time type timestamptz using log_time + (date_trunc('minute', now() - timestamptz '2014-09-05 09:00:30+00')),
          alter column success type timestamptz using success + (date_trunc('minute', now() - timestamptz '2014-09-05 09:00:30+00'));
        """;

    /// <summary>Loads it unless it is there: all of it in one transaction, so a start that was killed loads it again.</summary>
    public static async Task LoadAsync(string connectionString, Action<string> say, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(say);
        await using var data = NpgsqlDataSource.Create($"{connectionString};Pooling=false");
        var runs = ShippedRuns.On(data);
        var loaded = await runs.Repeatable.RunAsync(
            async (connection, token) =>
            {
                await using (var look = new NpgsqlCommand(LoadedSql, connection))
                {
                    if (await look.ExecuteScalarAsync(token) is true)
                    {
                        return false;
                    }
                }

                say("Loading the demo database…");
                foreach (var sql in (string[])["set local timezone = 'UTC'", Captured("schema"), Captured("incident"), ShiftSql])
                {
                    await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
                    await command.ExecuteNonQueryAsync(token);
                }

                return true;
            },
            cancellationToken);
        if (loaded)
        {
            await runs.Statements.ExecuteAsync(static () => new NpgsqlCommand("analyze"), cancellationToken);
        }
    }

    /// <summary>A captured file without the lines only psql understands.</summary>
    internal static string Captured(string name)
    {
        using var stream = typeof(DemoDatabase).Assembly.GetManifestResourceStream($"demo/{name}.sql")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var sql = new StringBuilder();
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith(@"\restrict", StringComparison.Ordinal) && !line.StartsWith(@"\unrestrict", StringComparison.Ordinal))
            {
                sql.AppendLine(line);
            }
        }

        return sql.ToString();
    }
}
