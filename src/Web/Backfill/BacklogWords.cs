using System.Globalization;
using Dashboard.Core.Backfill;
using Dashboard.Web.Components;

namespace Dashboard.Web.Backfill;

/// <summary>What the states of backlogs and slots are called.</summary>
internal static class BacklogWords
{
    /// <summary>The word for what is happening to a backlog.</summary>
    public static string Word(this BacklogState state) => state switch
    {
        BacklogState.Stuck => "Stuck lock",
        BacklogState.CatchingUp => "Catching up",
        BacklogState.Endless => "Never ends",
        BacklogState.Unreckonable => "Cannot be told",
        BacklogState.FirstRun => "First run",
        BacklogState.Nothing => "Nothing owed",
        _ => state.ToString(),
    };

    /// <summary>The tone of a state, one of those in <c>tokens.css</c>.</summary>
    public static string Tone(this BacklogState state) => state switch
    {
        BacklogState.Stuck => "stuck-lock",
        BacklogState.Failing => "failing",
        BacklogState.Blocked => "blocked",
        BacklogState.Behind or BacklogState.Endless or BacklogState.Unreckonable => "overdue",
        BacklogState.CatchingUp or BacklogState.Running => "running",
        BacklogState.FirstRun => "never-run",
        BacklogState.Due => "due",
        _ => "waiting",
    };

    /// <summary>The word for what became of a slot.</summary>
    public static string Word(this SlotState state) => state switch
    {
        SlotState.Done => "succeeded",
        SlotState.Repeated => "succeeded more than once",
        SlotState.Failed => "failed",
        SlotState.Running => "running",
        SlotState.Owed => "owed",
        SlotState.Missing => "missing",
        SlotState.Lost => "lost",
        SlotState.NotYet => "not yet",
        SlotState.BeforeFirst => "before its first run",
        SlotState.NotRecorded => "not recorded",
        _ => "no run",
    };

    /// <summary>What the word means, for the legend.</summary>
    public static string Meaning(this SlotState state) => state switch
    {
        SlotState.Done => "a run succeeded for it",
        SlotState.Repeated => "two runs or more succeeded for it",
        SlotState.Failed => "tried and failed, not done since",
        SlotState.Running => "a run is working on it",
        SlotState.Owed => "has come; the next run does it",
        SlotState.Missing => "has come; no run does it by itself",
        SlotState.Lost => "failed and was taken for done; no run does it by itself",
        SlotState.NotYet => "still to come",
        SlotState.BeforeFirst => "before the job's first run",
        SlotState.NotRecorded => "older than what is known",
        _ => "no run began in this interval",
    };

    /// <summary>As a class name.</summary>
    public static string Slug(this SlotState state) => $"slot-{state.ToString().ToLowerInvariant()}";

    /// <summary>What hovering over a slot says: <c>2014-09-02 07:00Z · failed 3 times · 3 min 12 s · IOError</c>.</summary>
    public static string Said(this SlotCell cell, bool backfills)
    {
        List<string> parts = [Moment(cell.Slot)];
        parts.Add((cell.State, cell.Failures) switch
        {
            (SlotState.Failed, > 0 and var times) => $"failed {Times(times)}",
            (SlotState.Lost, > 0 and var times) => $"lost: failed {Times(times)} and was taken for done",
            (SlotState.Done or SlotState.Repeated, > 0 and var times) => $"succeeded{Often(cell, backfills)} after {(times == 1 ? "1 failure" : string.Create(CultureInfo.InvariantCulture, $"{times} failures"))}",
            (SlotState.Done or SlotState.Repeated, _) => $"succeeded{Often(cell, backfills)}",
            _ => cell.State.Word(),
        });
        if (cell.State == SlotState.Done && cell.Successes == 0)
        {
            parts.Add("by its row; its run is not in what is known of the log");
        }

        if (cell.Length is { } length)
        {
            parts.Add(Components.Times.Length(length));
        }

        if (cell.ErrorType is { Length: > 0 } type)
        {
            parts.Add(OneLine.Of(type, 80));
        }

        return string.Join(" · ", parts);
    }

    /// <summary><c>2014-09-02 07:00Z</c>, with seconds where the slot has some.</summary>
    public static string Moment(DateTimeOffset slot) =>
        slot.UtcDateTime.ToString(slot.Second == 0 ? "yyyy-MM-dd HH:mm'Z'" : "yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The slot in an address, with as many decimals as it has.</summary>
    public static string Address(DateTimeOffset slot) => slot.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary><c>11 slots</c>.</summary>
    public static string Count(Slots slots) => slots.IsEndless ? "without end" : Count(slots.Count);

    /// <summary><c>11 slots</c>.</summary>
    public static string Count(long slots) => string.Create(CultureInfo.InvariantCulture, $"{slots:#,0} {(slots == 1 ? "slot" : "slots")}");

    private static string Often(SlotCell cell, bool backfills) => cell.Successes > 1 ? backfills ? $" {Times(cell.Successes)}" : $" in {cell.Successes} runs" : "";

    private static string Times(int count) => count switch { 1 => "once", 2 => "twice", _ => string.Create(CultureInfo.InvariantCulture, $"{count} times") };
}
