using Dashboard.Core.Ticks;
using Npgsql;
using NpgsqlTypes;
using static Dashboard.Core.Retries.Store.StreakRows;

namespace Dashboard.Core.Retries.Store;

/// <summary>What a batch adds beside its events and streaks: minutes, resources, ticks and how far a log was read.</summary>
internal static class RetryRollups
{
    private const string MinutesSql = """
        insert into dashboard.retry_minute as known (source, resource, minute, succeeded, failed, recovered, dropped)
        select * from unnest(@sources, @resources, @minutes, @succeeded, @failed, @recovered, @dropped)
        on conflict (source, resource, minute) do update
           set succeeded = known.succeeded + excluded.succeeded,
               failed = known.failed + excluded.failed,
               recovered = known.recovered + excluded.recovered,
               dropped = known.dropped + excluded.dropped
        """;

    private const string ResourcesSql = """
        insert into dashboard.retry_resource as known (source, resource, backend, heard_at, got_through_at, got_through_by)
        select * from unnest(@sources, @resources, @backends, @heards, @throughs, @bys)
        on conflict (source, resource) do update
           set backend = excluded.backend,
               heard_at = greatest(known.heard_at, excluded.heard_at),
               got_through_at = greatest(known.got_through_at, excluded.got_through_at),
               got_through_by = case when excluded.got_through_at >= coalesce(known.got_through_at, '-infinity') then excluded.got_through_by else known.got_through_by end
        """;

    private const string TicksSql = """
        insert into dashboard.tick as known
               (id, source, host, process, runner, started_at, heard_at, ended_at, exit_code, running, succeeded, failed, ended_because)
        select * from unnest(@ids, @sources, @hosts, @processes, @runners, @starts, @heards, @ends, @codes, @runnings, @succeeded, @failed, @becauses)
        on conflict (id) do update
           set heard_at = excluded.heard_at,
               ended_at = coalesce(excluded.ended_at, known.ended_at),
               exit_code = coalesce(excluded.exit_code, known.exit_code),
               running = excluded.running,
               succeeded = excluded.succeeded,
               failed = excluded.failed,
               ended_because = coalesce(excluded.ended_because, known.ended_because),
               changed_at = now()
         where excluded.heard_at > known.heard_at
            or (excluded.heard_at = known.heard_at and (known.ended_at is null or excluded.ended_at is not null))
        """;

    // Only where the place is another one: a batch that comes again changes nothing.
    private const string LogSql = """
        with moved as (
            insert into dashboard.retry_log as known (log, file, place, state, lines, unreadable, samples)
            values (@log, @file, @place, @state, @lines, @unreadable, @samples)
            on conflict (log) do update
               set file = excluded.file,
                   place = excluded.place,
                   state = excluded.state,
                   lines = known.lines + excluded.lines,
                   unreadable = known.unreadable + excluded.unreadable,
                   samples = case when cardinality(excluded.samples) > 0 then excluded.samples else known.samples end,
                   changed_at = now()
             where known.file <> excluded.file or known.place <> excluded.place or known.state <> excluded.state
            returning 1)
        insert into dashboard.retry_log_hour as known (log, hour, lines, unreadable)
        select @log, date_trunc('hour', now()), @lines, @unreadable from moved
        on conflict (log, hour) do update
           set lines = known.lines + excluded.lines, unreadable = known.unreadable + excluded.unreadable
        """;

    /// <summary>Of the new events and the counts.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Of(IReadOnlyList<RetryEvent> events, IReadOnlyList<AttemptCount> counts)
    {
        if (events.Count == 0 && counts.Count == 0)
        {
            yield break;
        }

        var minutes = new SortedDictionary<(string Source, string Resource, DateTimeOffset Minute), (long Succeeded, long Failed, long Recovered, long Dropped)>(Comparer<(string, string, DateTimeOffset)>.Create(Order));
        var resources = new SortedDictionary<(string Source, string Resource), Heard>(Comparer<(string, string)>.Create((one, other) => Order((one.Item1, one.Item2, default), (other.Item1, other.Item2, default))));
        foreach (var told in events)
        {
            var failed = told.Outcome is RetryOutcome.Fail or RetryOutcome.GaveUp or RetryOutcome.NotRetryable ? 1 : 0;
            var recovered = told.Outcome is RetryOutcome.OkAfterRetry or RetryOutcome.Recovered ? 1 : 0;
            Add((told.Source, told.Resource, told.At.AddTicks(-(told.At.Ticks % TimeSpan.TicksPerMinute))), (0, failed, recovered, 0));
            Hear(told.Source, told.Resource, told.Backend, told.At, recovered == 1 ? told.At : null, told.AppName ?? told.Process);
        }

        foreach (var count in counts)
        {
            var (source, resource, at) = (KeptEvent.Name(count.Source), KeptEvent.Name(Failures.Redaction.Of(count.Resource)), KeptEvent.Micro(count.Minute));
            Add((source, resource, at), (count.Succeeded, 0, 0, count.Dropped));
            if (count.Succeeded > 0)
            {
                Hear(source, resource, KeptEvent.Name(count.Backend), at, at, KeptEvent.Name(count.Process));
            }
        }

        yield return new NpgsqlBatchCommand(MinutesSql)
        {
            Parameters =
            {
                Texts("sources", minutes.Keys, minute => minute.Source),
                Texts("resources", minutes.Keys, minute => minute.Resource),
                Times("minutes", minutes.Keys, minute => minute.Minute),
                new("succeeded", minutes.Values.Select(minute => minute.Succeeded).ToArray()),
                new("failed", minutes.Values.Select(minute => minute.Failed).ToArray()),
                new("recovered", minutes.Values.Select(minute => minute.Recovered).ToArray()),
                new("dropped", minutes.Values.Select(minute => minute.Dropped).ToArray()),
            },
        };
        if (resources.Count == 0)
        {
            yield break;
        }

        yield return new NpgsqlBatchCommand(ResourcesSql)
        {
            Parameters =
            {
                Texts("sources", resources.Keys, resource => resource.Source),
                Texts("resources", resources.Keys, resource => resource.Resource),
                Texts("backends", resources.Values, heard => heard.Backend),
                Times("heards", resources.Values, heard => heard.At),
                Times("throughs", resources.Values, heard => heard.ThroughAt),
                Texts("bys", resources.Values, heard => heard.ThroughBy),
            },
        };

        void Add((string, string, DateTimeOffset) key, (long Succeeded, long Failed, long Recovered, long Dropped) more)
        {
            var sum = minutes.GetValueOrDefault(key);
            minutes[key] = (sum.Succeeded + more.Succeeded, sum.Failed + more.Failed, sum.Recovered + more.Recovered, sum.Dropped + more.Dropped);
        }

        void Hear(string source, string resource, string backend, DateTimeOffset at, DateTimeOffset? throughAt, string by)
        {
            var heard = resources.GetValueOrDefault((source, resource)) ?? new Heard(backend, at, null, null);
            heard = heard with { Backend = backend, At = heard.At > at ? heard.At : at };
            resources[(source, resource)] = throughAt is { } through && !(through < heard.ThroughAt) ? heard with { ThroughAt = through, ThroughBy = by } : heard;
        }
    }

    /// <summary>Of ticks; the one told last of each.</summary>
    public static NpgsqlBatchCommand Of(IReadOnlyList<Tick> told)
    {
        var ticks = told.GroupBy(tick => tick.Id).Select(group => group.OrderBy(tick => tick.HeardAt).ThenBy(tick => tick.EndedAt is not null).Last()).OrderBy(tick => tick.Id).ToArray();
        return new NpgsqlBatchCommand(TicksSql)
        {
            Parameters =
            {
                new("ids", ticks.Select(tick => tick.Id).ToArray()),
                Texts("sources", ticks, tick => KeptEvent.Name(tick.Source)),
                Texts("hosts", ticks, tick => KeptEvent.Name(tick.Host)),
                Texts("processes", ticks, tick => KeptEvent.Name(tick.Process)),
                Texts("runners", ticks, tick => KeptEvent.Name(tick.Runner)),
                Times("starts", ticks, tick => tick.StartedAt),
                Times("heards", ticks, tick => tick.HeardAt),
                Times("ends", ticks, tick => tick.EndedAt),
                new("codes", NpgsqlDbType.Array | NpgsqlDbType.Integer) { Value = ticks.Select(tick => tick.ExitCode).ToArray() },
                Texts("runnings", ticks, tick => KeptEvent.Text(tick.Running, 1_000)),
                new("succeeded", ticks.Select(tick => tick.Succeeded).ToArray()),
                new("failed", ticks.Select(tick => tick.Failed).ToArray()),
                Texts("becauses", ticks, tick => tick.EndedBecause is { } because ? KeptEvent.Text(Failures.Redaction.Of(because), 1_000) : null),
            },
        };
    }

    /// <summary>Of how far a log was read.</summary>
    public static NpgsqlBatchCommand Of(LogPosition position) => new(LogSql)
    {
        Parameters =
        {
            new("log", position.Log),
            new("file", position.File),
            new("place", position.Offset),
            new("state", position.State),
            new("lines", position.Lines),
            new("unreadable", position.Unreadable),
            Texts("samples", position.Samples, sample => KeptEvent.Text(Failures.Redaction.Of(sample), 500)),
        },
    };

    private static int Order((string Source, string Resource, DateTimeOffset Minute) one, (string Source, string Resource, DateTimeOffset Minute) other)
    {
        var order = string.CompareOrdinal(one.Source, other.Source);
        order = order != 0 ? order : string.CompareOrdinal(one.Resource, other.Resource);
        return order != 0 ? order : one.Minute.CompareTo(other.Minute);
    }

    private sealed record Heard(string Backend, DateTimeOffset At, DateTimeOffset? ThroughAt, string? ThroughBy);
}
