using Dashboard.Core.Jobs;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Dependencies;

/// <summary>The three tests a parent may fail, in the order they are made.</summary>
public enum ParentTest
{
    /// <summary>It has no row.</summary>
    HasNotRun,

    /// <summary>Its row holds an error; how many it counts is not looked at.</summary>
    Errored,

    /// <summary>Its next run is past: it should have run and has not.</summary>
    HasNotRecentlyRun,
}

/// <summary>The parent that keeps a job from running.</summary>
/// <param name="Parent">The first bad one in the order the job names them.</param>
/// <param name="Test">The test it failed.</param>
public sealed record UnmetParent(string Parent, ParentTest Test)
{
    /// <summary>What crontabber writes to its log, at level debug and nowhere else.</summary>
    public string Reason => Test switch
    {
        ParentTest.HasNotRun => $"{PythonText.Repr(Parent)} hasn't been run yet",
        ParentTest.Errored => $"{PythonText.Repr(Parent)} errored last time it ran",
        _ => $"{PythonText.Repr(Parent)} hasn't recently run",
    };
}

/// <summary>Whether a job's parents let it run: <c>check_dependencies</c> of crontabber. Only direct parents are asked.</summary>
public static class ParentRule
{
    /// <summary>What Python says when a parent has no next run; it ends the whole run, and every job behind starves.</summary>
    public static SchedulerError NoNextRun { get; } = new("TypeError", "'<' not supported between instances of 'NoneType' and 'datetime.datetime'");

    /// <summary>The parent that is in the way; null when none is.</summary>
    /// <param name="dependsOn">The names the job depends on.</param>
    /// <param name="rowOf">The row of a name, configured or not; null when there is none.</param>
    /// <param name="now">The runner's clock.</param>
    public static Answer<UnmetParent?> Ask(IEnumerable<string> dependsOn, Func<string, Job?> rowOf, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(dependsOn);
        ArgumentNullException.ThrowIfNull(rowOf);
        foreach (var name in dependsOn)
        {
            if (rowOf(name) is not { } parent)
            {
                return new UnmetParent(name, ParentTest.HasNotRun);
            }

            if (parent.LastError is not null)
            {
                return new UnmetParent(name, ParentTest.Errored);
            }

            if (parent.NextRun is not { } next)
            {
                return NoNextRun;
            }

            if (next < now)
            {
                return new UnmetParent(name, ParentTest.HasNotRecentlyRun);
            }
        }

        return (UnmetParent?)null;
    }
}
