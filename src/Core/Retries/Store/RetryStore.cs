using Dashboard.Core.Database;
using Dashboard.Core.Retries.Executor;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Dashboard.Core.Retries.Store;

/// <summary>Writes <c>dashboard.retry_event</c> and what follows from it, each batch in one transaction.</summary>
/// <remarks>
/// Batches of one source come one after the other, whichever node they come to. All of a batch is taken for new and goes in by COPY, straight into the table of its day,
/// whose index of ids says when something of it was there already: then what is known is looked up, and only the rest goes in. A batch changes nothing when it comes again,
/// so a COMMIT whose answer is lost is not asked for.
/// </remarks>
internal sealed class RetryStore : IRetryStore, ILogPositions
{
    private const string AloneSql = """
        select pg_advisory_xact_lock(hashtextextended(source, 4))
          from unnest(@sources) source
        """;

    // A day not made now goes to the other ones: long past, or far ahead.
    private const string DaysSql = """
        select day, dashboard.make_retry_day(day)
          from unnest(@days) day
         where day between (now() at time zone 'UTC')::date - @keep and (now() at time zone 'UTC')::date + 2
        """;

    private const string KnownSql = """
        select id
          from dashboard.retry_event
         where id = any(@ids) and ((at >= @from and at < @guarded) or (at >= @unguarded and at < @until))
        """;

    private const string TriedSql = """
        savepoint told
        """;

    private const string AgainSql = """
        rollback to savepoint told
        """;

    private const string CopySql = $$"""
        copy dashboard.{table} (id, at, {{RetryCopy.ToldColumns}}, attempt, outcome, {{RetryCopy.FailureColumns}}, delay_s, next_attempt_at)
        from stdin (format binary)
        """;

    private const string BatchSql = """
        insert into dashboard.retry_batch (id)
        values (@id)
        on conflict do nothing
        returning id
        """;

    private const string PositionSql = """
        select log, file, place, state, lines, unreadable, samples
          from dashboard.retry_log
         where log = @log
        """;

    private const int MostTries = 3;

    // An event told again may carry another time when its log was read in another zone: it is the same event within a day either way.
    private static readonly TimeSpan SameWithin = TimeSpan.FromDays(1);

    private readonly IOptions<RetryOptions> options;
    private readonly RetryWake wake;
    private readonly PostgresRuns now;
    private readonly PostgresRuns patient;

    public RetryStore(OwnDatabase database, IOptions<RetryOptions> options, RetryWake wake)
    {
        (this.options, this.wake) = (options, wake);
        (now, patient) = database.Telling(new StoreTelemetry(database.Telemetry));
    }

    /// <inheritdoc/>
    public Task<RetryReceipt> KeepAsync(RetryBatch batch, CancellationToken cancellationToken) => KeepAsync(batch, now, null, cancellationToken);

    /// <summary>The same, until it is kept.</summary>
    /// <param name="batch">What to keep.</param>
    /// <param name="paused">Told of each failure that is waited after.</param>
    /// <param name="cancellationToken">Gives up; nothing was kept then, or all of it.</param>
    public Task<RetryReceipt> KeepPatientlyAsync(RetryBatch batch, Action<RetryPause>? paused, CancellationToken cancellationToken) => KeepAsync(batch, patient, paused, cancellationToken);

    /// <inheritdoc/>
    public async Task<LogPosition?> ReadAsync(string log, CancellationToken cancellationToken) => (await now.Statements.RowsAsync(
        () => new NpgsqlCommand(PositionSql) { Parameters = { new NpgsqlParameter<string>("log", log) } },
        static row => new LogPosition(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetFieldValue<byte[]>(3), row.GetInt64(4), row.GetInt64(5), row.GetFieldValue<string[]>(6)),
        cancellationToken)).FirstOrDefault();

    private async Task<RetryReceipt> KeepAsync(RetryBatch batch, PostgresRuns runs, Action<RetryPause>? paused, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch = batch.Id is null && batch.Counts.Count > 0 ? batch with { Id = Guid.CreateVersion7() } : batch;
        var events = KeptEvent.Of(batch.Events).DistinctBy(told => told.Id).ToArray();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var kept = await runs.Repeatable.RunAsync((connection, events, token) => TryAsync(connection, batch, events, token), events, paused, cancellationToken);
                wake.Wake();
                return new RetryReceipt(kept, batch.Events.Count - kept);
            }
            catch (PostgresException cause) when (attempt < MostTries && cause.SqlState is PostgresErrorCodes.UniqueViolation)
            {
                // The same id came from two sources while it was looked for; now it is known.
            }
        }
    }

    private async ValueTask<int> TryAsync(NpgsqlConnection connection, RetryBatch batch, RetryEvent[] events, CancellationToken cancellationToken)
    {
        await AloneAsync(connection, batch, cancellationToken);
        var counts = await CountsAsync(connection, batch, cancellationToken);
        try
        {
            var asked = await KnownAsync(connection, events, Day.Of(events), cancellationToken);
            return await KeepAsync(connection, batch, asked, counts, streaksToo: true, cancellationToken);
        }
        catch (PostgresException cause) when (cause.SqlState is PostgresErrorCodes.UniqueViolation)
        {
            await using (var again = new NpgsqlCommand(AgainSql, connection))
            {
                await again.ExecuteNonQueryAsync(cancellationToken);
            }

            var asked = await KnownAsync(connection, events, guarded: null, cancellationToken);
            return await KeepAsync(connection, batch, asked, counts, streaksToo: false, cancellationToken);
        }
    }

    private static async Task<int> KeepAsync(NpgsqlConnection connection, RetryBatch batch, Asked asked, IReadOnlyList<AttemptCount> counts, bool streaksToo, CancellationToken cancellationToken)
    {
        // While the server takes the events, what follows from them is found out.
        var copied = asked.Fresh.Count > 0 ? CopyAsync(connection, asked, cancellationToken) : Task.CompletedTask;
        StreakRows? streaks;
        NpgsqlBatchCommand[] sums;
        try
        {
            streaks = StreakFold.Of(asked.Streaks, asked.Fresh) is { Count: > 0 } changed ? new StreakRows(changed) : null;
            sums = [.. RetryRollups.Of(asked.Fresh, counts)];
        }
        finally
        {
            await copied;
        }

        await using var rest = new NpgsqlBatch(connection);
        if (streaks is not null)
        {
            if (streaksToo)
            {
                await streaks.CopyNewAsync(connection, asked.Streaks.Values.Select(streak => streak.Id).ToHashSet(), cancellationToken);
            }

            Add(rest, streaks.Write());
        }

        Add(rest, sums);
        if (batch.Ticks.Count > 0)
        {
            rest.BatchCommands.Add(RetryRollups.Of(batch.Ticks));
        }

        if (batch.Position is { } position)
        {
            rest.BatchCommands.Add(RetryRollups.Of(position));
        }

        if (rest.BatchCommands.Count > 0)
        {
            await rest.ExecuteNonQueryAsync(cancellationToken);
        }

        return asked.Fresh.Count;
    }

    private static void Add(NpgsqlBatch batch, IEnumerable<NpgsqlBatchCommand> commands)
    {
        foreach (var command in commands)
        {
            batch.BatchCommands.Add(command);
        }
    }

    private static async Task AloneAsync(NpgsqlConnection connection, RetryBatch batch, CancellationToken cancellationToken)
    {
        // All of them in one order, so nobody waits in a circle.
        var sources = batch.Events.Select(told => told.Who.Source).Concat(batch.Counts.Select(count => count.Source)).Concat(batch.Ticks.Select(tick => tick.Source))
            .Append(batch.Position?.Log).OfType<string>().Distinct(StringComparer.Ordinal).Select(KeptEvent.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        await using var alone = new NpgsqlCommand(AloneSql, connection) { Parameters = { new("sources", sources) } };
        await alone.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<IReadOnlyList<AttemptCount>> CountsAsync(NpgsqlConnection connection, RetryBatch batch, CancellationToken cancellationToken)
    {
        if (batch.Counts.Count == 0 || batch.Id is not { } id)
        {
            return batch.Counts;
        }

        await using var first = new NpgsqlCommand(BatchSql, connection) { Parameters = { new("id", id) } };
        return await first.ExecuteScalarAsync(cancellationToken) is null ? [] : batch.Counts;
    }

    // What is within the guarded day is not looked for: its index will say.
    private async Task<Asked> KnownAsync(NpgsqlConnection connection, RetryEvent[] events, Day? guarded, CancellationToken cancellationToken)
    {
        if (events.Length == 0)
        {
            return new Asked(events, [], null);
        }

        var (from, until) = (events.Min(told => told.At) - SameWithin, events.Max(told => told.At) + SameWithin);
        await using var ask = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(DaysSql)
                {
                    Parameters = { new("days", events.Select(told => DateOnly.FromDateTime(told.At.UtcDateTime)).Distinct().ToArray()), new("keep", options.Value.KeepDays) },
                },
                new NpgsqlBatchCommand(KnownSql)
                {
                    Parameters =
                    {
                        new("ids", events.Select(told => told.Id).ToArray()),
                        new("from", from),
                        new("guarded", guarded?.Begins ?? until),
                        new("unguarded", guarded?.Ends ?? until),
                        new("until", until),
                    },
                },
                StreakRows.Newest([.. events.Select(told => told.Who).Distinct().Select(StreakRows.KeyOf)]),
                new NpgsqlBatchCommand(TriedSql),
            },
        };
        await using var row = await ask.ExecuteReaderAsync(cancellationToken);
        string? table = null;
        while (await row.ReadAsync(cancellationToken))
        {
            table = row.GetFieldValue<DateOnly>(0) == guarded?.Date ? guarded.Table : table;
        }

        await row.NextResultAsync(cancellationToken);
        var known = new HashSet<Guid>();
        while (await row.ReadAsync(cancellationToken))
        {
            known.Add(row.GetGuid(0));
        }

        await row.NextResultAsync(cancellationToken);
        var streaks = new Dictionary<RetryTeller, RetryStreak>();
        while (await row.ReadAsync(cancellationToken))
        {
            var streak = StreakRows.Read(row);
            streaks[streak.Who] = streak;
        }

        return new Asked(known.Count == 0 ? events : [.. events.Where(told => !known.Contains(told.Id))], streaks, table);
    }

    private static async Task CopyAsync(NpgsqlConnection connection, Asked asked, CancellationToken cancellationToken)
    {
        await using var copy = await BinaryCopy.BeginAsync(connection, CopySql.Replace("{table}", asked.Table ?? "retry_event", StringComparison.Ordinal), cancellationToken);
        foreach (var told in asked.Fresh)
        {
            copy.Row(19);
            copy.Uuid(told.Id);
            copy.Time(told.At);
            copy.Told(told.Who, told.AppName, told.RunId, told.Backend, told.Executor);
            copy.Integer(told.Attempt);
            copy.Text(RetryWords.Of(told.Outcome));
            copy.Failure(told.ExceptionType, told.ExceptionValue, told.Code, told.Class);
            copy.Double(told.Delay?.TotalSeconds);
            copy.Time(told.NextAttemptAt);
            await copy.SentAsync(cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    /// <summary>What the database said of a batch.</summary>
    /// <param name="Fresh">The events it does not know, as far as was asked.</param>
    /// <param name="Streaks">The newest streak of each teller.</param>
    /// <param name="Table">The table of their day; null where they are of several days, or of one that has none.</param>
    private sealed record Asked(IReadOnlyList<RetryEvent> Fresh, Dictionary<RetryTeller, RetryStreak> Streaks, string? Table);

    /// <summary>The one day of a batch, in UTC.</summary>
    private sealed record Day(DateOnly Date)
    {
        public DateTimeOffset Begins => new(Date, TimeOnly.MinValue, TimeSpan.Zero);

        public DateTimeOffset Ends => Begins.AddDays(1);

        public string Table => $"retry_event_{Date:yyyyMMdd}";

        /// <summary>Null when there are several.</summary>
        public static Day? Of(RetryEvent[] events)
        {
            if (events.Length == 0)
            {
                return null;
            }

            var date = DateOnly.FromDateTime(events[0].At.UtcDateTime);
            return Array.TrueForAll(events, told => DateOnly.FromDateTime(told.At.UtcDateTime) == date) ? new Day(date) : null;
        }
    }
}
