using System.Globalization;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Schedules;

/// <summary>
/// Whether a job backfills, told by what it left behind. The success of a backfill run is its slot: all slots lie on one grid, to the microsecond, and on the
/// full minute where the job has a time of day. The success of a plain run is the moment it began, which never falls on the same microsecond twice.
/// </summary>
public static class BackfillInference
{
    /// <summary>The success of a plain run is written this soon after its start at the latest.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(1);

    /// <summary>The answer for a row, if there is one, and its recent runs.</summary>
    public static Inferred<bool> Of(Job? row, JobHistory history, Flavour flavour)
    {
        ArgumentNullException.ThrowIfNull(history);
        if (flavour == Flavour.Crontabber && ByTraceback(row?.LastError?.Traceback) is { } told)
        {
            return told;
        }

        var successes = history.Runs.Where(run => run is { Outcome: RunOutcome.Success, Success: not null }).ToArray();
        var moments = successes.Select(run => run.Success!.Value).Concat(row?.LastSuccess is { } last ? [last] : []).Distinct().ToArray();
        if (moments.Length == 0)
        {
            return new(null, history.Runs.Count == 0 ? "no run of it is known" : $"none of the {history.Runs.Count} runs known succeeded");
        }

        return OnAGrid(moments) ?? AtTheirStarts(row, successes) ?? new(null, moments.Length == 1
            ? "one success is known, and a first run looks the same either way"
            : $"{moments.Length} successes are known, too few to tell slots from moments");
    }

    /// <summary>The slots among some successes: the moments on the grid most of them share.</summary>
    internal static DateTimeOffset[] Slots(IEnumerable<DateTimeOffset> successes) =>
        [.. successes.Distinct().GroupBy(PastTheMinute).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).First().Order()];

    // crontabber's own base.py calls function(when) for each slot and function() for a plain run.
    private static Inferred<bool>? ByTraceback(string? traceback) =>
        traceback is null ? null
        : traceback.Contains("in main\n    function(when)", StringComparison.Ordinal) ? new(true, "the traceback in its row goes through function(when), which crontabber calls for a slot")
        : traceback.Contains("in main\n    function()", StringComparison.Ordinal) ? new(false, "the traceback in its row goes through function(), which crontabber calls for a run without slots")
        : null;

    private static Inferred<bool>? OnAGrid(DateTimeOffset[] moments)
    {
        var slots = Slots(moments);
        if (PastTheMinute(slots[0]) == 0)
        {
            return new(true, $"{Of(slots.Length, moments.Length)} fell exactly on the minute, which are slots and not moments");
        }

        // The first run of a job with a time of day is off the grid; so the full minute counts even when it is not the most frequent.
        var full = moments.Count(moment => PastTheMinute(moment) == 0);
        return full > 0 ? new(true, $"{Of(full, moments.Length)} fell exactly on the minute, which are slots and not moments")
            : slots.Length > 1 ? new(true, $"{Of(slots.Length, moments.Length)} fell on the same microsecond of a minute, which are slots and not moments")
            : null;
    }

    private static Inferred<bool>? AtTheirStarts(Job? row, Run[] successes)
    {
        var atOnce = successes.Count(run => IsAtItsStart(run.Success!.Value, run.LogTime - (run.Duration ?? TimeSpan.Zero)));
        if (successes.Length > 1 && (atOnce == successes.Length || successes.Length > 2))
        {
            return new(false, atOnce == successes.Length
                ? $"all {successes.Length} successes known are the moments their runs began, not slots"
                : $"no two of the {successes.Length} successes known lie on one grid, so they are moments and not slots");
        }

        // A single one tells only when it was not the first run, which looks the same either way.
        return row is { ErrorCount: 0, FirstRun: { } first, LastRun: { } start, LastSuccess: { } success } && start - first > AtOnce && IsAtItsStart(success, start)
            ? new(false, "its last success is the moment its last run began, which was not its first")
            : null;
    }

    private static bool IsAtItsStart(DateTimeOffset success, DateTimeOffset start) => (success - start).Duration() <= AtOnce;

    private static long PastTheMinute(DateTimeOffset moment) => moment.UtcTicks % TimeSpan.TicksPerMinute;

    private static string Of(int some, int all) => (some, all) switch
    {
        (1, 1) => "its only success known",
        _ when some == all => string.Create(CultureInfo.InvariantCulture, $"all {all} successes known"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{some} of {all} successes known"),
    };
}
