using System.Collections.Concurrent;
using Dashboard.Core.Database;
using Dashboard.Core.Retries.Executor;
using Npgsql;

namespace Dashboard.Core.Runs;

/// <summary>Asks <c>dashboard.run_record</c>: every statement goes down an index and has a limit.</summary>
internal sealed class RunRecords(OwnDatabase database, RunRecordStore store) : IRunRecords
{
    /// <summary>More are never given at once.</summary>
    public const int MostAtOnce = 50_000;

    internal const string EndedSql = """
        select id, log_time, duration, success, outcome, fingerprint
          from dashboard.run_record
         where source = @source and job = @job and log_time >= @from and log_time < @until
         order by log_time desc, id desc
         limit @most
        """;

    internal const string SucceededSql = """
        select id, log_time, duration, success, outcome, fingerprint
          from dashboard.run_record
         where source = @source and job = @job and success >= @from and success < @until
         order by success
         limit @most
        """;

    private readonly ConcurrentDictionary<string, bool> upToNow = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<IReadOnlyList<RecordedRun>> EndedAsync(string source, string job, DateTimeOffset from, DateTimeOffset until, int most, CancellationToken cancellationToken) =>
        ReadAsync(EndedSql, source, job, from, until, most, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<RecordedRun>> SucceededAsync(string source, string job, DateTimeOffset from, DateTimeOffset until, int most, CancellationToken cancellationToken) =>
        ReadAsync(SucceededSql, source, job, from, until, most, cancellationToken);

    /// <inheritdoc/>
    public async Task<RecordsReach> ReachAsync(string source, CancellationToken cancellationToken)
    {
        // Asked first: the walk that is read afterwards has come at least as far.
        var certain = upToNow.ContainsKey(source);
        if (await store.WalkAsync(source, cancellationToken) is not { } walk)
        {
            return new RecordsReach(null, false, 0);
        }

        var progress = walk.Place == 0 || walk.Span == 0 ? 1 : Math.Clamp(1 - ((double)walk.Place / walk.Span), 0, 1);
        return certain ? new RecordsReach(walk.Since, walk.Whole && walk.Place == 0, progress) : new RecordsReach(null, false, progress);
    }

    /// <summary>Says whether the newest runs of a source are in the records too. Nothing reaches up to now before that is so.</summary>
    internal void IsUpToNow(string source, bool certain)
    {
        if (certain)
        {
            upToNow[source] = true;
        }
        else
        {
            upToNow.TryRemove(source, out _);
        }
    }

    private async Task<IReadOnlyList<RecordedRun>> ReadAsync(
        string sql, string source, string job, DateTimeOffset from, DateTimeOffset until, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        var id = await store.SourceAsync(source, cancellationToken);
        return await database.Now.Statements.RowsAsync(
            () => new NpgsqlCommand(sql)
            {
                CommandTimeout = 5,
                Parameters =
                {
                    new NpgsqlParameter<int>("source", id),
                    new NpgsqlParameter<string>("job", RecordName.Of(job)),
                    new NpgsqlParameter<DateTimeOffset>("from", from.ToUniversalTime()),
                    new NpgsqlParameter<DateTimeOffset>("until", until.ToUniversalTime()),
                    new NpgsqlParameter<int>("most", Math.Clamp(most, 0, MostAtOnce)),
                },
            },
            row => new RecordedRun(
                row.GetInt64(0),
                job,
                row.GetFieldValue<DateTimeOffset>(1),
                row.IsDBNull(2) ? null : TimeSpan.FromTicks(row.GetInt64(2) * 10),
                row.IsDBNull(3) ? null : row.GetFieldValue<DateTimeOffset>(3),
                (RunOutcome)row.GetInt16(4),
                row.IsDBNull(5) ? null : row.GetString(5)),
            cancellationToken);
    }
}
