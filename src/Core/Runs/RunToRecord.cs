using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;

namespace Dashboard.Core.Runs;

/// <summary>A run as it is about to be recorded, with the group of its failure.</summary>
/// <param name="Run">As the log has it.</param>
/// <param name="Print">The group; null when it did not fail.</param>
internal sealed record RunToRecord(Run Run, Fingerprint? Print)
{
    /// <summary>The runs with their groups.</summary>
    public static IReadOnlyList<RunToRecord> Of(IEnumerable<Run> runs, FrameRule frames) =>
        [.. runs.Select(run => new RunToRecord(run, run.Error is { } error ? Fingerprint.Of(error, frames) : null))];

    /// <summary>The error; only of a failure.</summary>
    public JobError Error => Run.Error ?? throw new InvalidOperationException("It did not fail.");
}

/// <summary>How far the walk back through a log has come: every row at <paramref name="Place"/> or after it with an id of at most <paramref name="Newest"/> is recorded.</summary>
/// <param name="File">The log's file when it began.</param>
/// <param name="Newest">An id.</param>
/// <param name="Place">A page, or an id where the log has an index; 0 when nothing is left to do.</param>
/// <param name="Span">What the place was when it began.</param>
/// <param name="Since">The oldest row recorded on the way.</param>
/// <param name="Whole">True when it came to the first row of the log.</param>
internal sealed record WalkState(long File, long Newest, long Place, long Span, DateTimeOffset? Since, bool Whole);
