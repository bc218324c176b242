using System.Globalization;
using System.Text;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Dependencies;

/// <summary>
/// What a tick does with a job, in sentences for people. They name moments and never ages, so they stay the same while nothing happens.
/// </summary>
internal static class TickWords
{
    /// <summary>The sentences.</summary>
    public static string Of(in TickFacts facts, IReadOnlyList<string> after, Flavour flavour, RunOrder? noTick) => facts.Outcome switch
    {
        TickOutcome.Runs => $"{Due(facts)} {Starts("The next tick", facts, after)}",
        TickOutcome.Queued => $"{Due(facts)} {facts.Behind} is running; {Starts("the tick that runs it", facts, after)}",
        TickOutcome.NotDue => Later(facts),
        TickOutcome.Running => $"Running since {At(facts.Locked)}." + (flavour == Flavour.Crontabber && facts.Otherwise == TickOutcome.Running && !facts.Own ? " A further tick ends here, and the one that runs it goes on behind it." : ""),
        TickOutcome.Blocked => $"{Due(facts)} {InTheWay(facts)}",
        TickOutcome.Locked when facts.Own => $"{Due(facts)} Its lock of {At(facts.Locked)} has no known owner, so the runner passes it over and goes on; {Takeover(facts, flavour)}.",
        TickOutcome.Locked => $"{Due(facts)} Its lock of {At(facts.Locked)} {(flavour == Flavour.Crontabber ? $"ends every tick here{Unless(after)}" : "is in its way")}; {Takeover(facts, flavour)}.",
        TickOutcome.Starved => $"{Due(facts)} {Starving(facts, flavour)}{Afterwards(facts)}",
        TickOutcome.Dies when facts.Own => $"{Due(facts)} It cannot be run: {facts.Error}. The runner goes on with the others.",
        TickOutcome.Dies => $"{Due(facts)} {Death(facts)} and everything behind it starves.",
        TickOutcome.Never => $"It has no next run and no lock: {(facts.Own ? "the runner" : "crontabber")} never starts it again. Delete the row, or give it a next run in the past.",
        TickOutcome.Ghost => "It has a row and is not configured: nobody starts it.",
        _ => $"No tick starts any job. {Entangled(noTick)}",
    };

    private static string Due(in TickFacts facts) => facts.Due.Reason switch
    {
        DueReason.NextRunIsPast => $"Due since {At(facts.Due.At)}.",
        DueReason.FirstRunWasKilled => $"Its first run began at {At(facts.Due.At)} and never ended.",
        DueReason.FirstTimeHasCome => $"It has never run, and {facts.Due.Time} UTC has come.",
        DueReason.NeverRan when facts.Error is null || facts.Root is not null => "It has never run.",
        _ => "Its time has come.",
    };

    private static string Later(in TickFacts facts) => facts.Due switch
    {
        { Reason: DueReason.NextRunIsToCome, At: not null } => $"Next run at {At(facts.Due.At)}.",
        { Reason: DueReason.FirstTimeIsToCome } => $"It has never run and waits for {facts.Due.Time} UTC.",
        _ => "When its time comes cannot be told: its next run is unreadable.",
    };

    private static string Starts(string who, in TickFacts facts, IReadOnlyList<string> after)
    {
        var how = facts.Locked is { } locked ? $"takes over its lock of {At(locked)}{(facts.Holder == LockHolder.Gone ? $", whose owner, {facts.HeldBy}, is gone," : "")} and starts it" : "starts it";
        var condition = (facts.ParentName, after.Count) switch
        {
            ({ } parent, _) => $" after its parent {parent}, which failed last time, if that succeeds now",
            (_, 0) => "",
            (_, 1) => $" after its parent {after[0]}, if that succeeds",
            _ => $" after its parents {Listed(after)}, if they succeed",
        };
        return $"{who} {how}{condition}.";
    }

    private static string Unless(IReadOnlyList<string> after) => after.Count switch
    {
        0 => "",
        1 => $" unless its parent {after[0]} fails",
        _ => $" unless one of its parents {Listed(after)} fails",
    };

    private static string InTheWay(in TickFacts facts)
    {
        var parent = facts.ParentName!;
        var words = new StringBuilder(facts.ParentKind switch
        {
            ParentKind.Itself => "It depends on itself, so it is passed over for ever.",
            ParentKind.Missing => $"Its parent {parent} is not configured and has no row, so it waits for ever.",
            ParentKind.Ghost => $"Its parent {parent} is not configured any more and {Fault(facts.ParentTest)}, so it waits for ever.",
            _ when facts.ParentUnended => $"Its parent {parent} has no next run, for its first run has not ended, so it is passed over.",
            _ => $"Its parent {parent} {Fault(facts.ParentTest)}, so it is passed over.",
        });
        if (facts.ParentRoot is { } root && root != parent)
        {
            words.Append(CultureInfo.InvariantCulture, $" The cause is {root}");
            words.Append(facts.RootTriedAt is { } tried ? $", which is tried again at {At(tried)}." : ".");
        }
        else if (facts.RootTriedAt is { } tried)
        {
            words.Append(CultureInfo.InvariantCulture, $" {parent} is tried again at {At(tried)}.");
        }

        return words.ToString();
    }

    private static string Fault(ParentTest test) => test switch
    {
        ParentTest.HasNotRun => "has no row",
        ParentTest.Errored => "failed last time",
        _ => "is past its own time and has not run",
    };

    private static string Starving(in TickFacts facts, Flavour flavour) => facts.StarvedByDeath
        ? $"The tick dies at {facts.StarvedBy}{(facts.Root == facts.StarvedBy ? "" : $" because of {facts.Root}")} before it comes to this one."
        : $"The tick ends at the lock of {facts.StarvedBy}, taken at {At(facts.Locked)}, before it comes to this one; {Takeover(facts, flavour)}.";

    private static string Takeover(in TickFacts facts, Flavour flavour)
    {
        var who = facts.Own ? "it" : flavour == Flavour.Crontabber ? "crontabber" : "cronrun";
        return facts.LockTakenOverFrom is { } from ? $"{who} takes it over from {At(from)}" : $"{who} never takes it over";
    }

    private static string Afterwards(in TickFacts facts) => facts.Otherwise switch
    {
        TickOutcome.Blocked => $" Even then: {Lower(InTheWay(facts))}",
        TickOutcome.Dies => $" Even then: {Lower(Death(facts))}.",
        TickOutcome.Locked => " Its own lock would end it next.",
        _ => "",
    };

    private static string Death(in TickFacts facts) => facts.ParentName is { } parent
        ? $"The tick dies here, for its parent {parent} has no next run ({facts.Error})"
        : $"The tick dies here: {facts.Error}";

    private static string Entangled(RunOrder? order) =>
        order?.Cycle is { } cycle ? $"Jobs wait for each other in a circle: {cycle}." : order?.Error is { } error ? $"{error}." : "";

    private static string Lower(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence[1..];

    private static string Listed(IReadOnlyList<string> names) => $"{string.Join(", ", names.Take(names.Count - 1))} and {names[^1]}";

    private static string At(DateTimeOffset? moment) => DueRule.Words(moment);
}
