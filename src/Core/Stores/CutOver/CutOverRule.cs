using System.Globalization;
using Dashboard.Core.Stores.Copying;

namespace Dashboard.Core.Stores.CutOver;

/// <summary>How a line of the checklist stands.</summary>
public enum CutOverState
{
    /// <summary>It is so, and the proof holds.</summary>
    Ready,

    /// <summary>It is not so.</summary>
    NotReady,

    /// <summary>It was so, and the proof is too old.</summary>
    Stale,

    /// <summary>The dashboard cannot know it, and nobody has said so yet.</summary>
    Unsaid,
}

/// <summary>A line of the checklist.</summary>
/// <param name="Name">A word for commands: <c>both</c>, <c>copy</c>.</param>
/// <param name="Asks">What must be so.</param>
/// <param name="State">How it stands.</param>
/// <param name="Evidence">What is known, in a sentence.</param>
/// <param name="At">Of when that is; null when nothing is known.</param>
public sealed record CutOverLine(string Name, string Asks, CutOverState State, string Evidence, DateTimeOffset? At);

/// <summary>How quiet it is round a store that was left.</summary>
/// <param name="Store">Which.</param>
/// <param name="LeftAt">Since when no configuration has it; null while one has.</param>
/// <param name="CalledAt">The last call of it by a dashboard; null when there was none.</param>
/// <param name="QuietFor">For how long nobody has called it since it was left.</param>
/// <param name="MayGo">Whether it may be switched off.</param>
/// <param name="Words">The same in a sentence.</param>
public sealed record Silence(string Store, DateTimeOffset? LeftAt, DateTimeOffset? CalledAt, TimeSpan QuietFor, bool MayGo, string Words);

/// <summary>Whether an old store may be left, and whether one that was left is quiet. Pure.</summary>
public static class CutOverRule
{
    private const string BudgetName = "budget";

    /// <summary>The lines somebody can vouch for: the dashboard knows nothing of them, or, of the first, not enough or that it is not so, and somebody knows better.</summary>
    public static IReadOnlyList<(string Name, string Asks)> OfPeople { get; } =
    [
        (BudgetName, "The new store has been fast and free of failures enough for a week"),
        ("capacity", "The new store has room for what is to come"),
        ("drill", "Faults were rehearsed on the new store: refusals, hanging, a killed process"),
    ];

    /// <summary>The lines that are tried once and then hold for a time.</summary>
    public static IReadOnlyList<(string Name, string Asks)> Tried { get; } =
    [
        ("marker", "A marker crash that was saved through the configured stores is in the new store alone"),
        ("rehearsal", "The configuration with the new store alone was read, built and probed"),
        ("rollback", "The configuration to go back to was read, built and probed"),
    ];

    /// <summary>The checklist.</summary>
    public static IReadOnlyList<CutOverLine> Lines(CutOverFacts facts, CutOverOptions options, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(options);
        var since = BothSince(facts);
        return
        [
            Both(since, options, now),
            Ledger(facts),
            Copy(facts),
            Listing(facts, options, now),
            Sample(facts, options),
            Seam(facts, since),
            .. Tried.Select(line => Said(line, facts, options, now)),
            .. OfPeople.Select(line => line.Name == BudgetName ? Budget(line, facts, options, now) : Vouched(line, facts, options, now)),
        ];
    }

    /// <summary>Since when each save reaches both stores without a break; null when it does not.</summary>
    public static DateTimeOffset? BothSince(CutOverFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return facts.Trees.TakeWhile(tree => tree.SavesInto(facts.Old, facts.New)).LastOrDefault()?.AcceptedAt;
    }

    /// <summary>How quiet it is round the old store.</summary>
    public static Silence Silence(CutOverFacts facts, CutOverOptions options, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(options);
        var use = facts.Uses.FirstOrDefault(each => each.Store == facts.Old);
        var wanted = TimeSpan.FromHours(options.SilenceHours);
        if (use is null)
        {
            return new Silence(facts.Old, null, null, TimeSpan.Zero, false, "It was never in the stores of a dashboard, so nothing is known of who calls it.");
        }

        if (!use.IsLeft(now))
        {
            return new Silence(facts.Old, null, use.CalledAt, TimeSpan.Zero, false, $"It is in use by {use.NamedBy}.");
        }

        var left = facts.Trees.TakeWhile(tree => !tree.Keeps(facts.Old)).LastOrDefault()?.AcceptedAt ?? use.NamedAt;
        var quietSince = use.CalledAt > left ? use.CalledAt.Value : left;
        var quiet = now > quietSince ? now - quietSince : TimeSpan.Zero;
        var calls = use.CalledAt is { } called ? $"its last call was {Ago(now - called)}" : "it was never called";
        return quiet >= wanted
            ? new Silence(facts.Old, left, use.CalledAt, quiet, true, $"Silence for {Length(quiet)}: {calls}. It may be switched off, as far as the dashboard's own calls go.")
            : new Silence(facts.Old, left, use.CalledAt, quiet, false, $"Silence for {Length(quiet)} of {Length(wanted)}: {calls}.");
    }

    private static CutOverLine Both(DateTimeOffset? since, CutOverOptions options, DateTimeOffset now)
    {
        var asks = $"Each crash has been saved into both stores for {Length(TimeSpan.FromDays(options.BothDays))}";
        return since is not { } at ? new("both", asks, CutOverState.NotReady, "It is not: the configured stores do not save into both.", null)
            : new("both", asks, now - at >= TimeSpan.FromDays(options.BothDays) ? CutOverState.Ready : CutOverState.NotReady, $"For {Length(now - at)}.", at);
    }

    private static CutOverLine Ledger(CutOverFacts facts)
    {
        var mine = facts.Partial.Where(count => count.Missing == facts.New || count.Missing == facts.Old).ToList();
        var (open, conflicts, repaired) = (mine.Sum(count => count.Open), mine.Sum(count => count.Conflicts), mine.Sum(count => count.Repaired));
        return new(
            "ledger",
            "No save that reached one of them only is left to be repaired",
            open + conflicts == 0 ? CutOverState.Ready : CutOverState.NotReady,
            string.Create(CultureInfo.InvariantCulture, $"{open:N0} to be repaired, {conflicts:N0} with something else in their place, {repaired:N0} repaired."),
            mine.Count == 0 ? null : mine.Max(count => count.LastAt));
    }

    private static CutOverLine Copy(CutOverFacts facts)
    {
        const string asks = "What was there before is copied, and nothing of it is left to look at";
        if (facts.Copies.Count == 0)
        {
            return new("copy", asks, CutOverState.NotReady, "Nothing was copied from the old store to the new one.", null);
        }

        var open = facts.Copies.Where(copy => !copy.IsWhole).ToList();
        return new(
            "copy",
            asks,
            open.Count == 0 ? CutOverState.Ready : CutOverState.NotReady,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{facts.Copies.Sum(copy => copy.Done):N0} of {facts.Copies.Sum(copy => copy.Shards):N0} parts done; {open.Sum(copy => copy.Failed):N0} failed, {open.Sum(copy => copy.Conflicts):N0} something else in the new store, {open.Sum(copy => copy.Torn):N0} torn in the old one."),
            facts.Copies.Max(copy => copy.ChangedAt));
    }

    private static CutOverLine Listing(CutOverFacts facts, CutOverOptions options, DateTimeOffset now)
    {
        var asks = $"Both were listed completely within {Length(TimeSpan.FromHours(options.ParityHours))} and after the copy; nothing is missing and nothing differs";
        if (facts.Parity is not { } parity)
        {
            return new("parity", asks, CutOverState.NotReady, "They were not compared: ./run compare-stores OLD NEW --record.", null);
        }

        var said = string.Create(CultureInfo.InvariantCulture, $"{parity.Same:N0} the same, {parity.OnlySource:N0} missing, {parity.Differs:N0} different, {parity.Unread:N0} unreadable, of {parity.From:yyyy-MM-dd} to {parity.To:yyyy-MM-dd}.");
        var uncovered = facts.Copies.Where(copy => copy.Plan.From < parity.From || copy.Plan.To > parity.To).ToList();
        return parity is not { OnlySource: 0, Differs: 0, Unread: 0 } ? new("parity", asks, CutOverState.NotReady, said, parity.EndedAt)
            : uncovered.Count > 0 ? new("parity", asks, CutOverState.NotReady, $"{said} More days than those were copied.", parity.EndedAt)
            : facts.Copies.Any(copy => copy.ChangedAt > parity.BegunAt) ? new("parity", asks, CutOverState.Stale, $"{said} The copy moved on afterwards.", parity.EndedAt)
            : now - parity.EndedAt > TimeSpan.FromHours(options.ParityHours) ? new("parity", asks, CutOverState.Stale, said, parity.EndedAt)
            : new("parity", asks, CutOverState.Ready, said, parity.EndedAt);
    }

    private static CutOverLine Sample(CutOverFacts facts, CutOverOptions options)
    {
        var asks = string.Create(CultureInfo.InvariantCulture, $"Of what both have at most {options.Upper99:0.0E+0} differs inside, at 99 % confidence");
        return facts.Parity is not { Drawn: > 0 } parity
            ? new("sample", asks, CutOverState.NotReady, "Nothing was drawn and read.", facts.Parity?.EndedAt)
            : new(
                "sample",
                asks,

                // When everything was read there is nothing left to be unsure of.
                parity.Bad == 0 && (parity.Upper99 <= options.Upper99 || parity.Drawn >= parity.Same) ? CutOverState.Ready : CutOverState.NotReady,
                string.Create(CultureInfo.InvariantCulture, $"{parity.Drawn:N0} of {parity.Same:N0} read, {parity.Bad:N0} differed: at most {parity.Upper99:0.0E+0}{(parity.Drawn >= parity.Same ? ", and all were read" : "")}."),
                parity.EndedAt);
    }

    private static CutOverLine Seam(CutOverFacts facts, DateTimeOffset? since)
    {
        const string asks = "The day on which copy and live saves meet was read completely";
        if (since is not { } at || facts.Parity is not { } parity)
        {
            return new("seam", asks, CutOverState.NotReady, since is null ? "There is no such day: the stores are not saved into together." : "They were not compared.", null);
        }

        var day = DateOnly.FromDateTime(at.UtcDateTime);
        var read = parity.Seam.Contains(day) || (parity.From <= day && parity.To >= day && parity.Drawn >= parity.Same);
        return new(
            "seam", asks, read && parity.Unread == 0 ? CutOverState.Ready : CutOverState.NotReady,
            string.Create(CultureInfo.InvariantCulture, $"That day is {day:yyyy-MM-dd}; {(read ? "all of it was read" : "it was not read completely: --seam")}."), parity.EndedAt);
    }

    private static CutOverLine Said((string Name, string Asks) line, CutOverFacts facts, CutOverOptions options, DateTimeOffset now) =>
        facts.Words.FirstOrDefault(word => word.Line == line.Name) is not { } word ? new(line.Name, line.Asks, CutOverState.Unsaid, "Nobody has tried it.", null)
        : new(
            line.Name, line.Asks,
            !word.Ok ? CutOverState.NotReady : now - word.At > TimeSpan.FromDays(options.WordDays) ? CutOverState.Stale : CutOverState.Ready,
            $"{word.Words} ({word.By})", word.At);

    // A word is worth as much as who can be held to it.
    private static CutOverLine Vouched((string Name, string Asks) line, CutOverFacts facts, CutOverOptions options, DateTimeOffset now) =>
        facts.Words.FirstOrDefault(word => word.Line == line.Name) switch
        {
            null => new(line.Name, line.Asks, CutOverState.Unsaid, "Nobody has said so.", null),
            { AuditLine: null } word => new(line.Name, line.Asks, CutOverState.Unsaid, $"{word.Words} ({word.By}). The audit knows nothing of it: it has to be said again.", word.At),
            { AuditLine: { } audited } word => new(
                line.Name, line.Asks,
                now - word.At > TimeSpan.FromDays(options.WordDays) ? CutOverState.Stale : CutOverState.Ready,
                string.Create(CultureInfo.InvariantCulture, $"{word.Words} ({word.By}, line {audited} of the audit)"), word.At),
        };

    // What was measured is enough by itself. Where it is not enough, a word is one, and stands beside what was measured.
    private static CutOverLine Budget((string Name, string Asks) line, CutOverFacts facts, CutOverOptions options, DateTimeOffset now)
    {
        var vouched = Vouched(line, facts, options, now);
        if (facts.Budget is not { } seen)
        {
            return vouched;
        }

        var words = seen.Words(options, now);
        return seen.IsLongEnough(options, now) && seen.IsWithin(options) ? new(line.Name, line.Asks, CutOverState.Ready, words, seen.At)
            : vouched.State != CutOverState.Unsaid ? vouched with { Evidence = $"{vouched.Evidence} {words}" }
            : new(line.Name, line.Asks, CutOverState.NotReady, words, seen.At);
    }

    private static string Ago(TimeSpan ago) => ago < TimeSpan.FromSeconds(1) ? "just now" : $"{Length(ago)} ago";

    private static string Length(TimeSpan length) => length switch
    {
        { TotalSeconds: < 90 } => Many(length.TotalSeconds, "second"),
        { TotalMinutes: < 90 } => Many(length.TotalMinutes, "minute"),
        { TotalHours: < 36 } => Many(length.TotalHours, "hour"),
        _ => Many(length.TotalDays, "day"),
    };

    private static string Many(double number, string unit) => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(number, number < 10 ? 1 : 0):0.#} {unit}{(Math.Round(number, number < 10 ? 1 : 0).Equals(1d) ? "" : "s")}");
}
