using Dashboard.Core.Verdicts;

namespace Dashboard.Web.Components;

/// <summary>What a state is called on screen, in a URL and in a class name.</summary>
internal static class StateWords
{
    /// <summary>Every state, the one that needs somebody first.</summary>
    public static IReadOnlyList<JobState> All { get; } =
        [JobState.StuckLock, JobState.Failing, JobState.Blocked, JobState.Overdue, JobState.NeverRun, JobState.Ghost, JobState.Running, JobState.Due, JobState.Waiting];

    /// <summary>States that somebody may have to look at.</summary>
    public static IReadOnlyList<JobState> NeedALook { get; } = [JobState.StuckLock, JobState.Failing, JobState.Blocked, JobState.Overdue, JobState.NeverRun];

    /// <summary>States in which all is well.</summary>
    public static IReadOnlyList<JobState> Fine { get; } = [JobState.Running, JobState.Due, JobState.Waiting];

    /// <summary><c>Stuck lock</c>.</summary>
    public static string Word(this JobState state) => state switch
    {
        JobState.StuckLock => "Stuck lock",
        JobState.Failing => "Failing",
        JobState.Blocked => "Blocked",
        JobState.Overdue => "Overdue",
        JobState.NeverRun => "Never run",
        JobState.Ghost => "Ghost",
        JobState.Running => "Running",
        JobState.Due => "Due",
        JobState.Waiting => "Waiting",
        _ => state.ToString(),
    };

    /// <summary><c>stuck-lock</c>: in URLs, the search line and class names.</summary>
    public static string Slug(this JobState state) => state switch
    {
        JobState.StuckLock => "stuck-lock",
        JobState.Failing => "failing",
        JobState.Blocked => "blocked",
        JobState.Overdue => "overdue",
        JobState.NeverRun => "never-run",
        JobState.Ghost => "ghost",
        JobState.Running => "running",
        JobState.Due => "due",
        JobState.Waiting => "waiting",
        _ => "unknown",
    };

    /// <summary><c>3 failing</c>, <c>2 stuck locks</c>.</summary>
    public static string Counted(this JobState state, int count) => state switch
    {
        JobState.StuckLock when count != 1 => $"{count} stuck locks",
        JobState.Ghost when count != 1 => $"{count} ghosts",
        _ => $"{count} {Lower(state)}",
    };

    /// <summary>The state a slug names: <c>stuck-lock</c>, also <c>stuck_lock</c>, <c>stuck</c> and <c>StuckLock</c>.</summary>
    public static JobState? Parse(string slug)
    {
        ArgumentNullException.ThrowIfNull(slug);
        var letters = string.Concat(slug.Where(char.IsLetter));
        foreach (var state in All)
        {
            if (letters.Equals(state.ToString(), StringComparison.OrdinalIgnoreCase))
            {
                return state;
            }
        }

        return letters.Equals("stuck", StringComparison.OrdinalIgnoreCase) ? JobState.StuckLock : null;
    }

    private static string Lower(JobState state) => char.ToLowerInvariant(state.Word()[0]) + state.Word()[1..];
}
