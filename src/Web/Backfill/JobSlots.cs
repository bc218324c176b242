using Dashboard.Core.Backfill;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Layout;

namespace Dashboard.Web.Backfill;

/// <summary>The slots of a job, or why they cannot be told.</summary>
/// <param name="Ledger">The slots; null when they cannot be told.</param>
/// <param name="Known">The runs behind them; null when they cannot be told.</param>
/// <param name="Notice">Why not, or what could not be looked at, in one sentence; null when all was.</param>
internal sealed record JobSlotsAnswer(SlotLedger? Ledger, KnownRuns? Known, string? Notice);

/// <summary>Finds what pages and the API need to show the slots of a job: its facts in the feeds, its runs where they are kept.</summary>
internal sealed class JobSlots(SlotHistories histories)
{
    /// <summary>The time of a source: the present while it is read, else when it last answered.</summary>
    public static DateTimeOffset Now(ShownSource shown)
    {
        var status = shown.Status.Newest;
        return status.State == SourceState.Live ? shown.Now() : status.AsOf ?? shown.Standings.Newest.AsOf ?? shown.Now();
    }

    /// <summary>What is known of a job; null when it is not known when it runs.</summary>
    public static BacklogFacts? Facts(ShownSource shown, JobStanding standing) =>
        Definition(shown, standing.Job.Name) is { Schedule: not null } definition
            ? new BacklogFacts(definition, standing.Job, standing.History, shown.Tick.Newest.Find(standing.Job.Name))
            : null;

    /// <summary>Why the slots of a job cannot be told when <see cref="Facts"/> is null.</summary>
    public static string WhyUnknown(ShownSource shown, string job) => Definition(shown, job) switch
    {
        null when shown.Schedules.Newest.AsOf is null => "The schedules are not read yet.",
        null => "It is not configured, so nobody knows when it would run.",
        { CadenceEvidence: { Length: > 0 } evidence } => $"When it runs is not known: {evidence.TrimEnd('.')}.",
        _ => "When it runs is not known: neither a configuration nor its history tells.",
    };

    /// <summary>The ledger of a job for the slots from one moment up to another.</summary>
    public async Task<JobSlotsAnswer> ReadAsync(ShownSource shown, JobStanding standing, (DateTimeOffset From, DateTimeOffset Until) range, CancellationToken cancellationToken)
    {
        if (Facts(shown, standing) is not { } facts)
        {
            return new JobSlotsAnswer(null, null, WhyUnknown(shown, standing.Job.Name));
        }

        var reading = await histories.ReadAsync(shown.Source.Name, facts, shown.Standings.Newest.RunsSince, range, Now(shown), cancellationToken);
        return Answer(reading);
    }

    /// <summary>The same a moment later, without looking anything up: what was read before, and what has come since.</summary>
    public static JobSlotsAnswer Again(ShownSource shown, JobStanding standing, JobSlotsAnswer before) => Facts(shown, standing) is { } facts && before.Known is { } known
        ? Answer(Renewed(shown, facts, known.With(KnownRuns.Recent(standing.History, shown.Standings.Newest.RunsSince)), before.Notice))
        : new JobSlotsAnswer(null, null, WhyUnknown(shown, standing.Job.Name));

    private static SlotReading Renewed(ShownSource shown, BacklogFacts facts, KnownRuns known, string? notice) => new(SlotLedger.For(facts, known, Now(shown)), known, notice);

    private static JobSlotsAnswer Answer(SlotReading reading) => reading.Ledger.Error is { } error
        ? new JobSlotsAnswer(null, null, $"It has no slots to show: {error.Message}.")
        : new JobSlotsAnswer(reading.Ledger.Value, reading.Known, reading.Notice);

    private static JobDefinition? Definition(ShownSource shown, string job) => shown.Schedules.Newest.Find(job);
}
