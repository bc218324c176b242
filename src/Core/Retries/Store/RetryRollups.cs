using System.Runtime.InteropServices;
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

        var minutes = new Dictionary<(string Source, string Resource, DateTimeOffset Minute), Attempts>();
        var resources = new Dictionary<(string Source, string Resource), Heard>();
        foreach (var told in events)
        {
            var failed = told.Outcome is RetryOutcome.Fail or RetryOutcome.GaveUp or RetryOutcome.NotRetryable ? 1 : 0;
            var recovered = told.Outcome is RetryOutcome.OkAfterRetry or RetryOutcome.Recovered ? 1 : 0;
            Add((told.Who.Source, told.Who.Resource, told.At.AddTicks(-(told.At.Ticks % TimeSpan.TicksPerMinute))), new Attempts(0, failed, recovered, 0));
            Hear(told.Who.Source, told.Who.Resource, told.Backend, told.At, recovered == 1 ? told.At : null, told.AppName ?? told.Who.Process);
        }

        foreach (var count in counts)
        {
            var (source, resource, at) = (KeptEvent.Name(count.Source), KeptEvent.Name(Failures.Redaction.Of(count.Resource)), KeptEvent.Micro(count.Minute));
            Add((source, resource, at), new Attempts(count.Succeeded, 0, 0, count.Dropped));
            if (count.Succeeded > 0)
            {
                Hear(source, resource, KeptEvent.Name(count.Backend), at, at, KeptEvent.Name(count.Process));
            }
        }

        // All of them in one order, so that two batches never wait for each other's rows in a circle.
        var (byMinute, byResource) = (minutes.OrderBy(pair => pair.Key, InOrder).ToArray(), resources.OrderBy(pair => (pair.Key.Source, pair.Key.Resource, default), InOrder).ToArray());
        yield return new NpgsqlBatchCommand(MinutesSql)
        {
            Parameters =
            {
                Texts("sources", byMinute, pair => pair.Key.Source),
                Texts("resources", byMinute, pair => pair.Key.Resource),
                Times("minutes", byMinute, pair => pair.Key.Minute),
                new("succeeded", byMinute.Select(pair => pair.Value.Succeeded).ToArray()),
                new("failed", byMinute.Select(pair => pair.Value.Failed).ToArray()),
                new("recovered", byMinute.Select(pair => pair.Value.Recovered).ToArray()),
                new("dropped", byMinute.Select(pair => pair.Value.Dropped).ToArray()),
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
                Texts("sources", byResource, pair => pair.Key.Source),
                Texts("resources", byResource, pair => pair.Key.Resource),
                Texts("backends", byResource, pair => pair.Value.Backend),
                Times("heards", byResource, pair => pair.Value.At),
                Times("throughs", byResource, pair => pair.Value.ThroughAt),
                Texts("bys", byResource, pair => pair.Value.ThroughBy),
            },
        };

        void Add((string, string, DateTimeOffset) key, Attempts more)
        {
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(minutes, key, out _);
            sum = new Attempts(sum.Succeeded + more.Succeeded, sum.Failed + more.Failed, sum.Recovered + more.Recovered, sum.Dropped + more.Dropped);
        }

        void Hear(string source, string resource, string backend, DateTimeOffset at, DateTimeOffset? throughAt, string by)
        {
            ref var heard = ref CollectionsMarshal.GetValueRefOrAddDefault(resources, (source, resource), out var known);
            heard = known ? heard with { Backend = backend, At = heard.At > at ? heard.At : at } : new Heard(backend, at, null, null);
            heard = throughAt is { } through && !(through < heard.ThroughAt) ? heard with { ThroughAt = through, ThroughBy = by } : heard;
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

    private static Comparer<(string Source, string Resource, DateTimeOffset Minute)> InOrder { get; } = Comparer<(string Source, string Resource, DateTimeOffset Minute)>.Create((one, other) =>
    {
        var order = string.CompareOrdinal(one.Source, other.Source);
        order = order != 0 ? order : string.CompareOrdinal(one.Resource, other.Resource);
        return order != 0 ? order : one.Minute.CompareTo(other.Minute);
    });

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Attempts(long Succeeded, long Failed, long Recovered, long Dropped);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Heard(string Backend, DateTimeOffset At, DateTimeOffset? ThroughAt, string? ThroughBy);
}
