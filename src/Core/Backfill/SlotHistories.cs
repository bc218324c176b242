using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Npgsql;

namespace Dashboard.Core.Backfill;

/// <summary>A ledger for some slots, and what it lacks.</summary>
/// <param name="Ledger">The ledger, or why the job has no slots.</param>
/// <param name="Known">The runs it was made of.</param>
/// <param name="Notice">What could not be looked at, in one sentence; null when nothing.</param>
public sealed record SlotReading(Answer<SlotLedger> Ledger, KnownRuns Known, string? Notice = null);

/// <summary>
/// Finds the runs behind some slots: the recent ones, which are at hand, and where these do not reach the dashboard's own records, by index and bounded.
/// Never asks the observed database.
/// </summary>
public sealed class SlotHistories(IRunRecords? records = null)
{
    /// <summary>At most so many runs are asked for at once.</summary>
    public const int MostRuns = 5_000;

    /// <summary>The ledger of a job for the slots from one moment up to another.</summary>
    /// <param name="source">The source.</param>
    /// <param name="facts">The job.</param>
    /// <param name="logSince">How far back the log was read.</param>
    /// <param name="range">The first and the last moment of interest.</param>
    /// <param name="now">The database's clock.</param>
    /// <param name="cancellationToken">To stop.</param>
    public async Task<SlotReading> ReadAsync(
        string source, BacklogFacts facts, DateTimeOffset? logSince, (DateTimeOffset From, DateTimeOffset Until) range, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var recent = KnownRuns.Recent(facts.History, logSince);
        if (records is null || (recent.Since is { } since && since <= range.From))
        {
            return new SlotReading(SlotLedger.For(facts, recent, now), recent);
        }

        try
        {
            var reach = await records.ReachAsync(source, cancellationToken);
            if (reach.Since is not { } recorded || recorded >= (recent.Since ?? DateTimeOffset.MaxValue))
            {
                return new SlotReading(SlotLedger.For(facts, recent, now), recent);
            }

            var (known, cut) = await OlderAsync(source, facts, recent, recorded, range, now, cancellationToken);
            return new SlotReading(SlotLedger.For(facts, known, now), known, cut ? $"Only the newest {MostRuns:N0} runs of that time were looked at." : null);
        }
        catch (NpgsqlException)
        {
            return new SlotReading(SlotLedger.For(facts, recent, now), recent, "The dashboard's own records are out of reach: only the recent runs are known.");
        }
    }

    private async Task<(KnownRuns Known, bool Cut)> OlderAsync(
        string source, BacklogFacts facts, KnownRuns recent, DateTimeOffset recorded, (DateTimeOffset From, DateTimeOffset Until) range, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // A slot's run ends after it, a failing slot is tried for days, and a failure is told from the success before it.
        var step = facts.Schedule.Interval is { Error: null, Value: var interval } ? interval : TimeSpan.FromDays(1);
        var margin = TimeSpan.FromDays(4) + (step < TimeSpan.FromDays(30) ? step * 2 : step);
        var from = range.From > DateTimeOffset.MinValue + margin ? range.From - margin : DateTimeOffset.MinValue;
        var until = now - margin > range.Until ? range.Until + margin : now.AddDays(1);
        var ended = await records!.EndedAsync(source, facts.Definition.Name, from, until, MostRuns, cancellationToken);
        var succeeded = facts.Schedule.Backfills ? await records.SucceededAsync(source, facts.Definition.Name, range.From, JustAfter(range.Until), MostRuns, cancellationToken) : [];
        var cut = ended.Count == MostRuns || succeeded.Count == MostRuns;
        var runs = recent.Runs.Concat(ended.Concat(succeeded).Select(SlotRun.Of)).DistinctBy(run => run.Id).OrderBy(run => run.Id).ToArray();
        return (new KnownRuns(runs, ended.Count == MostRuns ? ended[^1].LogTime : recorded > from ? recorded : from), cut);
    }

    // The records end before a moment, a range of slots ends with one; databases count microseconds.
    private static DateTimeOffset JustAfter(DateTimeOffset moment) => moment < DateTimeOffset.MaxValue.AddSeconds(-1) ? moment.AddMicroseconds(1) : moment;
}
