using Dashboard.Core.Runs;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>Whoever was called stays called until it is well.</summary>
internal static class Latch
{
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Confirmed = TimeSpan.FromHours(1);

    /// <summary>A page stays one until a run succeeded since; an hour without another failure that leaves nothing owed confirms it.</summary>
    public static Verdict Of(Verdict judged, Verdict? last, JobCase job)
    {
        if (last is { State: VerdictState.NeedsHumanLater } && (judged.State is VerdictState.Watch or VerdictState.Healing) && !RanWell(job, last.Since))
        {
            // What was said to need people is not said to heal before it does: between two tries nothing became better.
            return last.PageBy <= job.Now
                ? last with { State = VerdictState.Page, PagedAt = job.Now, DecideAt = null, Since = job.Now, Headline = $"A human is needed now. {last.Cause}" }
                : last;
        }

        if (last is not { State: VerdictState.Page or VerdictState.Recovering })
        {
            return judged.State == VerdictState.Page ? judged with { PagedAt = job.Now, IllSince = job.Now, UsualBefore = Before(judged, null, job) } : judged;
        }

        var since = last.PagedAt ?? last.Since;
        var ill = last.IllSince ?? since;

        // The same page when it comes back, but the good runs before it did do not end it again.
        var illAgain = last.State == VerdictState.Recovering ? job.Now : ill;
        if (!RanWell(job, ill))
        {
            return judged.State == VerdictState.Page ? judged with { PagedAt = since, IllSince = illAgain, Root = Root(judged, last), UsualBefore = Before(judged, last, job) } : judged with
            {
                State = VerdictState.Page,
                Heal = judged.Heal is { Grade: ForecastGrade.Certain } ? judged.Heal : null,
                PagedAt = since,
                IllSince = illAgain,
                UsualBefore = last.UsualBefore,
                Root = last.Root,
                Class = judged.Class ?? last.Class,
                Fingerprint = judged.Fingerprint ?? last.Fingerprint,
                Cause = judged.Cause.Length > 0 ? judged.Cause : last.Cause,
                FirstAction = judged.FirstAction.Length > 0 ? judged.FirstAction : last.FirstAction,
                Rejected = [.. judged.Rejected, new RejectedRule(judged.Rule, "A page stays one until a run succeeds.")],
                Headline = judged.State == VerdictState.NeedsHumanLater ? judged.Headline : $"A human was asked for and it is not well yet. {judged.Headline}",
            };
        }

        // What no try heals was healed by people, and is; anything else may come back, and is then no new page.
        var permanent = last.Class is Failures.FailureClass.Auth or Failures.FailureClass.Configuration or Failures.FailureClass.Code or Failures.FailureClass.Data;
        var confirmed = job.Backlog is null or { IsBehind: false } && (permanent || (last.State == VerdictState.Recovering && job.Now - last.Since >= Confirmed && !StillLong(last, job)));
        return judged.State switch
        {
            VerdictState.Page => judged with { PagedAt = since, IllSince = illAgain, UsualBefore = Before(judged, last, job) },
            _ when confirmed => judged,
            _ => judged with
            {
                State = VerdictState.Recovering, PagedAt = since, IllSince = ill, UsualBefore = last.UsualBefore, Rule = last.Rule, Root = last.Root, Class = last.Class, Fingerprint = last.Fingerprint, DecideAt = null, Heal = null,
                Headline = "It ran well after a page: an hour without another failure, and nothing owed, confirms it.",
            },
        };
    }

    private static bool RanWell(JobCase job, DateTimeOffset since) =>
        !job.IsFailing && ((job.Standing.History.Runs is [{ Outcome: RunOutcome.Success } newest, ..] && newest.LogTime > since) || job.Job.LastRun > since);

    // People were called for what it shares with others: a failure of another kind that may heal is no new page until it was well. One that no try heals is, for it is another trouble.
    private static VerdictRoot? Root(Verdict judged, Verdict last) =>
        (judged.Root is { Kind: RootKind.Resource } || (judged.Root is { Kind: RootKind.Job } own && own.Name == judged.Job)) && last.Root is not null && judged.Class is not (Failures.FailureClass.Auth or Failures.FailureClass.Configuration or Failures.FailureClass.Code or Failures.FailureClass.Data) ? last.Root : judged.Root;

    // Kept from the first page on: what is usual in the runs that are kept grows with them.
    private static TimeSpan? Before(Verdict judged, Verdict? last, JobCase job) => last?.UsualBefore ?? (judged.Rule is "R6" or "R8" ? RunFlags.UsualBefore(job.Standing.History) : null);

    // A job that was called for because a run lasted is well when its runs are again as they were before.
    private static bool StillLong(Verdict last, JobCase job) => last.UsualBefore is { } usual && job.Standing.History.Runs is [{ Duration: { } length }, ..] && length > (1.5 * usual) + Slack;
}
