using Dashboard.Core.Verdicts.Engine;

namespace Dashboard.Kit;

/// <summary>Verdicts for tests that need no facts: of the source <c>demo</c>, as of one moment.</summary>
public static class SampleVerdicts
{
    /// <summary>A verdict on a job whose root it is itself.</summary>
    public static Verdict Of(string job, VerdictState state, DateTimeOffset? at = null) => new()
    {
        Job = job,
        State = state,
        Rule = state == VerdictState.Ok ? "R17" : "R9",
        Since = at ?? SampleJobs.Now,
        Root = state == VerdictState.Ok ? null : new VerdictRoot(RootKind.Job, job),
        Headline = state == VerdictState.Ok ? "On time." : $"{job} is {state}.",
        Cause = state == VerdictState.Ok ? "" : $"The password of {job} was rejected.",
        FirstAction = state == VerdictState.Page ? "Fix the credentials." : "",
        PageBy = state == VerdictState.Ok ? null : (at ?? SampleJobs.Now).AddMinutes(40),
    };

    /// <summary>What is said of the source when these are its jobs; each that is in trouble is a root.</summary>
    public static VerdictSnapshot Snapshot(DateTimeOffset at, long sequence, params IReadOnlyList<Verdict> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var roots = jobs.Where(job => job.State is not (VerdictState.Ok or VerdictState.Blocked)).OrderByDescending(job => job.State)
            .Select(job => new RootVerdict(job.Root!, job.State, job.Job, job.Headline, job.Blocks)).ToArray();
        return new VerdictSnapshot
        {
            Source = "demo",
            Jobs = jobs,
            Roots = roots,
            State = roots.Length == 0 ? VerdictState.Ok : roots[0].State,
            Headline = roots.Length == 0 ? "No page: every job is on time." : $"{roots[0].Job} is {roots[0].State}.",
            AsOf = at,
            Sequence = sequence,
        };
    }
}
