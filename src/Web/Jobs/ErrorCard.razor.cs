using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Jobs;

/// <summary>What the job failed with: class, message, the frames of the operator's own code or all, and for how long it has been the same.</summary>
public sealed partial class ErrorCard
{
    private const int LongestMessage = 2000;

    private JobError? split;
    private IReadOnlyList<TracebackPart> parts = [];

    /// <summary>The error.</summary>
    [Parameter, EditorRequired]
    public required JobError Error { get; set; }

    /// <summary>The runs before, newest first.</summary>
    [Parameter, EditorRequired]
    public required JobHistory History { get; set; }

    /// <summary>The heading.</summary>
    [Parameter]
    public string Title { get; set; } = "Error of the last run";

    /// <summary>What else is known of it, above the frames.</summary>
    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    [Inject]
    private FrameRule Frames { get; set; } = null!;

    private bool HasBoth => parts.Any(part => part.Application && part.Frames > 0) && parts.Any(part => !part.Application);

    /// <summary>How many of the newest runs failed alike, and since when.</summary>
    private (string Words, DateTimeOffset Since)? Streak
    {
        get
        {
            var newest = History.Runs is [{ Outcome: RunOutcome.Failure } first, ..] ? first : null;
            if (newest is null)
            {
                return null;
            }

            var alike = History.Runs.TakeWhile(run => run.Outcome is RunOutcome.Failure && run.Error?.Type == newest.Error?.Type && run.Error?.Value == newest.Error?.Value).ToList();
            var all = alike.Count == JobHistory.Kept;
            return alike.Count == 1
                ? ("First run with this error, at", newest.LogTime)
                : ($"Same error {alike.Count}{(all ? " or more" : "")} runs in a row {(all ? "since before" : "since")}", alike[^1].LogTime);
        }
    }

    /// <summary>The newest of the recent runs that failed differently.</summary>
    private Run? Previous =>
        History.Runs.FirstOrDefault(run => run is { Outcome: RunOutcome.Failure, Error: { } other } && (other.Type != Error.Type || !IsSameMessage(other.Value, Error.Value)));

    // The log's message is cut for lists.
    private static bool IsSameMessage(string logged, string whole) =>
        logged == whole || (logged.EndsWith('…') && whole.StartsWith(logged[..^1], StringComparison.Ordinal));

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (!ReferenceEquals(split, Error))
        {
            split = Error;
            parts = Traceback.Split(Error.Traceback.Length == 0 || Error.Traceback.EndsWith('\n') ? Error.Traceback : Error.Traceback + "\n", Frames);
        }
    }

    // The whole message ends the traceback below.
    private static string Cut(string message) => message.Length <= LongestMessage ? message : $"{message[..LongestMessage]}…";
}
