using Dashboard.Core.Actions;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Access;

namespace Dashboard.Web.Actions;

/// <summary>What a program wants planned.</summary>
/// <param name="Kind">run-now, backfill, mark-success, reset, clear-lock, hold, release, prune or acknowledge.</param>
/// <param name="AppName">The job.</param>
/// <param name="Source">The source; the first when absent.</param>
/// <param name="Until">The end of a hold.</param>
/// <param name="From">The first slot of a backfill.</param>
/// <param name="To">The last slot of a backfill, included.</param>
/// <param name="Slots">The slots of a backfill one by one, in place of the first and the last.</param>
/// <param name="Wish">Which slots: missing, missing_and_failed or all; missing when absent.</param>
/// <param name="Undoes">The action to be put back; then nothing else counts.</param>
public sealed record PlanRequest(string? Kind, string? AppName, string? Source, DateTimeOffset? Until, DateTimeOffset? From, DateTimeOffset? To, IReadOnlyList<DateTimeOffset>? Slots, string? Wish, Guid? Undoes);

/// <summary>What a commit sends: never what is to be done, only that the plan seen is agreed to.</summary>
/// <param name="Reason">Why; kept with the action.</param>
/// <param name="AppName">The job's name once more, where the plan asks for it.</param>
public sealed record CommitRequest(string? Reason, string? AppName);

/// <summary>A cell before and after.</summary>
/// <param name="Column">Its column.</param>
/// <param name="Before">Before; null for NULL.</param>
/// <param name="After">After; null for NULL.</param>
public sealed record CellWire(string Column, string? Before, string? After);

/// <summary>A slot of a plan.</summary>
/// <param name="Slot">The moment it stands for.</param>
/// <param name="WillRun">Whether it runs.</param>
/// <param name="Because">Why, or why not.</param>
public sealed record PlannedSlotWire(DateTimeOffset Slot, bool WillRun, string Because);

/// <summary>Another job the next tick does something else with.</summary>
/// <param name="AppName">The job.</param>
/// <param name="Before">What it would have done.</param>
/// <param name="After">What it does instead.</param>
public sealed record EffectWire(string AppName, string Before, string After);

/// <summary>Something to be known before.</summary>
/// <param name="Text">In one sentence.</param>
/// <param name="Grave">Whether something may be lost or run twice.</param>
public sealed record WarningWire(string Text, bool Grave);

/// <summary>A plan and what became of it.</summary>
public sealed record PlanWire
{
    /// <summary>Its id: all a commit sends.</summary>
    public required Guid Id { get; init; }

    /// <summary>planned, committing, done, stale, refused, nothing, unknown or withdrawn.</summary>
    public required ActionState State { get; init; }

    /// <summary>What kind of action.</summary>
    public required string Kind { get; init; }

    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>The job.</summary>
    public required string AppName { get; init; }

    /// <summary>The moment it was made for, by the observed database's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>From then on it cannot be committed.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Why it cannot be committed at all; null when it can.</summary>
    public string? Refusal { get; init; }

    /// <summary>The whole in one sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>What the runner does next because of it.</summary>
    public required string Then { get; init; }

    /// <summary>The cells that change.</summary>
    public required IReadOnlyList<CellWire> Changes { get; init; }

    /// <summary>How many moments the next run is called for.</summary>
    public required long Runs { get; init; }

    /// <summary>Not before then; null for the next tick.</summary>
    public DateTimeOffset? RunsAt { get; init; }

    /// <summary>True when the dashboard's own runner runs exactly the slots that are listed, one by one; then its progress is the operation with the same id.</summary>
    public required bool Exact { get; init; }

    /// <summary>The slots, one by one.</summary>
    public required IReadOnlyList<PlannedSlotWire> Slots { get; init; }

    /// <summary>The other jobs affected.</summary>
    public required IReadOnlyList<EffectWire> Affected { get; init; }

    /// <summary>What is to be known before.</summary>
    public required IReadOnlyList<WarningWire> Warnings { get; init; }

    /// <summary>Whether the job's name is to be sent with the commit.</summary>
    public required bool AsksForName { get; init; }

    /// <summary>The statement; empty when no observed row changes.</summary>
    public required string Sql { get; init; }

    /// <summary>Who planned it.</summary>
    public required string PlannedBy { get; init; }

    /// <summary>Who committed it; null when nobody has.</summary>
    public string? CommittedBy { get; init; }

    /// <summary>Why, as they said.</summary>
    public string? Reason { get; init; }

    /// <summary>What became of it, for people.</summary>
    public string? Outcome { get; init; }

    /// <summary>How the row differed, where it was stale.</summary>
    public required IReadOnlyList<CellWire> Difference { get; init; }

    /// <summary>The wire form.</summary>
    public static PlanWire Of(KeptAction kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        var plan = kept.Plan;
        return new PlanWire
        {
            Id = kept.Id,
            State = kept.State,
            Kind = plan.Kind.Slug(),
            Source = plan.Source,
            AppName = plan.Job,
            At = plan.Now,
            ExpiresAt = kept.ExpiresAt,
            Refusal = plan.Refusal,
            Summary = plan.Summary,
            Then = plan.Then,
            Changes = [.. plan.Changes.Select(Cell)],
            Runs = plan.Runs,
            RunsAt = plan.RunsAt,
            Exact = plan.IsExact,
            Slots = [.. plan.Slots.Select(slot => new PlannedSlotWire(slot.Slot, slot.WillRun, slot.Because))],
            Affected = [.. plan.Effects.Select(effect => new EffectWire(effect.Job, effect.Before, effect.After))],
            Warnings = [.. plan.Warnings.Select(warning => new WarningWire(warning.Text, warning.IsGrave))],
            AsksForName = plan.AsksForName,
            Sql = plan.Sql,
            PlannedBy = kept.PlannedBy,
            CommittedBy = kept.Actor?.Name,
            Reason = kept.Reason,
            Outcome = kept.Sentence,
            Difference = [.. kept.Difference.Select(Cell)],
        };
    }

    private static CellWire Cell(CellChange change) => new(change.Column, change.Before, change.After);
}

/// <summary>What became of a commit.</summary>
/// <param name="Id">The plan's id.</param>
/// <param name="Outcome">done, stale, busy, refused or unknown.</param>
/// <param name="Sentence">The same for people.</param>
/// <param name="Difference">How the row differed, where it was stale.</param>
/// <param name="Replay">Whether this plan was committed before, and this is what became of that.</param>
public sealed record CommitWire(Guid Id, ActionOutcome Outcome, string Sentence, IReadOnlyList<CellWire> Difference, bool Replay);

/// <summary>A line of the audit.</summary>
public sealed record ActivityWire
{
    /// <summary>1, 2, 3 … without a gap.</summary>
    public required long Seq { get; init; }

    /// <summary>When, by the clock of the dashboard's own database.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>began, done, stale, busy, refused, denied, nothing or unknown.</summary>
    public required string Event { get; init; }

    /// <summary>The plan.</summary>
    public Guid? Action { get; init; }

    /// <summary>Who.</summary>
    public required string Actor { get; init; }

    /// <summary>As what.</summary>
    public required string Role { get; init; }

    /// <summary>How they came in.</summary>
    public required string Via { get; init; }

    /// <summary>From where.</summary>
    public string? Address { get; init; }

    /// <summary>The source.</summary>
    public string? Source { get; init; }

    /// <summary>The job.</summary>
    public string? AppName { get; init; }

    /// <summary>What kind of action.</summary>
    public string? Kind { get; init; }

    /// <summary>Why, as they said.</summary>
    public string? Reason { get; init; }

    /// <summary>What, in one sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>The row before, as JSON without secrets.</summary>
    public string? BeforeRow { get; init; }

    /// <summary>The row after, as JSON without secrets.</summary>
    public string? AfterRow { get; init; }

    /// <summary>The hash that binds it to the line before, in hexadecimal.</summary>
    public required string Hash { get; init; }

    /// <summary>The wire form.</summary>
    public static ActivityWire Of(AuditLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var entry = line.Entry;
        return new ActivityWire
        {
            Seq = line.Sequence,
            At = line.At,
            Event = entry.Event,
            Action = entry.Action,
            Actor = entry.Who.Name,
            Role = entry.Who.Role.Name(),
            Via = entry.Who.Via,
            Address = entry.Who.Address,
            Source = entry.Source,
            AppName = entry.Job,
            Kind = entry.Kind,
            Reason = entry.Reason,
            Summary = entry.Summary,
            BeforeRow = entry.Before,
            AfterRow = entry.After,
            Hash = Convert.ToHexStringLower(line.Hash),
        };
    }
}

/// <summary>Lines of the audit, newest first.</summary>
/// <param name="Lines">The lines.</param>
/// <param name="Before">Ask with this for older ones; null when there are none.</param>
public sealed record ActivityListWire(IReadOnlyList<ActivityWire> Lines, long? Before);
