using System.Globalization;
using Dashboard.Core.Failures;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>How a rule's finding becomes a verdict.</summary>
internal static class Saying
{
    private const double Sure = 0.90;
    private const double StillSure = 0.75;

    public static Verdict MayHeal(JobCase job, string rule, string cause, FailureClass kind, HealForecast heal, Verdict? before, DateTimeOffset next, (DateTimeOffset? By, DateTimeOffset? Decide)? call = null)
    {
        var known = heal.Grade is not ForecastGrade.None;
        var sure = heal.ByDeadline >= Sure || (heal.ByDeadline >= StillSure && before is { State: VerdictState.Healing } && before.Rule == rule);
        // A promise that was broken is not made again for the same failures: nothing new is known.
        var broken = (before is { State: VerdictState.Healing, Heal.By80: { } promised } && job.Now > promised) || (before is { State: VerdictState.Watch, Heal: { } old } && before.Rule == rule && old.After == heal.After);

        // Nor for a try that should have been made two ticks ago and was not: something keeps it, whatever its chance.
        broken |= job.IsKeptFromTrying;
        var by = heal is { By80: { } at, By80Chance: { } chance } ? string.Create(CultureInfo.InvariantCulture, $", {Math.Floor(chance * 100):0} % by {At(job, at)} (from {heal.AtRisk} like it)") : "";
        var (pageBy, decide) = call ?? (job.PageBy.At, Later(job, next));
        return known && sure && !broken
            ? Plain(job, VerdictState.Healing, rule, $"Heals by itself: next try {At(job, next)}{by}.") with
            {
                Root = Of(job.Name), Cause = cause, Class = kind, Heal = heal, NextEventAt = next, PageBy = pageBy, DecideAt = decide, WouldChangeIf = Changes(job, pageBy),
            }
            : Plain(job, VerdictState.Watch, rule, $"{(known ? "May heal" : "No history for this error")}: next try {At(job, next)}{(known ? by : "")}{(decide is { } then ? $"; decided at {At(job, then)}" : "")}.") with
            {
                Root = Of(job.Name), Cause = cause, Class = kind, Heal = heal, NextEventAt = next, PageBy = pageBy, DecideAt = decide, WouldChangeIf = Changes(job, pageBy),
            };
    }

    private static IReadOnlyList<string> Changes(JobCase job, DateTimeOffset? pageBy) =>
        pageBy is { } by ? [$"a further failure after {At(job, by)}", "any error of authentication or configuration"] : ["any error of authentication or configuration"];

    /// <summary>R15: nobody but a human helps; whether at once is a matter of how much time is left and when people are there.</summary>
    public static Verdict Human(JobCase job, string rule, string cause, string action, string? fact, DateTimeOffset? call = null)
    {
        var (by, whose) = job.PageBy;
        (by, whose) = call is { } earlier && (by is null || earlier < by) ? (earlier, "whoever waits behind it") : (by, whose);
        var staffed = job.Settings.NextStaffed(job.Now);
        var page = by is { } limit && (limit <= job.Now || limit < staffed);
        var lateFor = whose == job.Name ? "its own data" : whose;
        var headline = page
            ? by <= job.Now ? $"A human is needed now. {cause}" : $"A human is needed by {At(job, by!.Value)}. {cause}"
            : by is { } then ? $"A human is needed by {At(job, then)}, in working hours. {cause}" : $"A human is needed in working hours. {cause}";
        List<VerdictFact> facts = fact is null ? [] : [new(fact, "crontabber")];
        if (job.Deadline.Own is { } own)
        {
            facts.Add(new($"{Capital(lateFor)} decides how long it may wait; its own data is older than promised from {At(job, own)}.", "reckoned"));
        }

        facts.Add(new(job.Settings.Words, "configuration"));
        return new Verdict
        {
            Job = job.Name,
            State = page ? VerdictState.Page : VerdictState.NeedsHumanLater,
            Rule = rule,
            Since = job.Now,
            Root = Of(job.Name),
            Headline = headline,
            Cause = cause,
            FirstAction = action,
            Deadline = job.Deadline.Effective,
            PageBy = by,
            DecideAt = page ? null : by is { } later ? (staffed > job.Now && staffed < later ? staffed : later) : staffed > job.Now ? staffed : null,
            Blocks = [.. job.Waiting.Select(waiting => waiting.Name)],
            Facts = facts,
            WouldChangeIf = ["it succeeds"],
        };
    }

    public static Verdict Plain(JobCase job, VerdictState state, string rule, string headline) => new()
    {
        Job = job.Name,
        State = state,
        Rule = rule,
        Since = job.Now,
        Headline = headline,
        Deadline = job.Deadline.Effective,
        Blocks = state is VerdictState.Ok or VerdictState.Blocked ? [] : [.. job.Waiting.Select(waiting => waiting.Name)],
    };

    public static VerdictFact[] Past(HealForecast heal) => VerdictWords.Past(heal) is { Length: > 0 } words ? [new(words + ".", "crontabber_log")] : [];

    public static string Remedy(FailureClass kind) => kind switch
    {
        FailureClass.Auth => "Renew the credentials or the right that is refused.",
        FailureClass.Configuration => "Put the configuration right, or what it names back in place.",
        FailureClass.Code => "Mend the code and deploy, or roll back.",
        FailureClass.Data => "Put the data right, or teach the code.",
        FailureClass.Full => "Make room.",
        FailureClass.Network or FailureClass.Busy => "See what the other end is doing.",
        _ => "Read its error.",
    };

    public static VerdictRoot Of(string job) => new(RootKind.Job, job);

    public static string At(JobCase job, DateTimeOffset moment) => VerdictWords.At(moment, job.Now);

    // When it is too late already the next try decides.
    private static DateTimeOffset? Later(JobCase job, DateTimeOffset next) => job.PageBy.At is { } at && at <= job.Now ? job.SecondLook is { } second && second > job.Now && (second < next || next <= job.Now) ? second : next : job.PageBy.At;

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    public static string Words(TimeSpan length) => length.TotalMinutes >= 100 ? string.Create(CultureInfo.InvariantCulture, $"{length.TotalHours:0.#} h") : string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(length.TotalMinutes):0} min");

    public static string Words(FailureClass kind) => kind switch
    {
        FailureClass.Network => "Trouble of the network",
        FailureClass.Busy => "Another's being busy",
        FailureClass.Full => "Want of room",
        FailureClass.Killed => "The end of a process",
        FailureClass.Lock => "A lock",
        _ => "What is not known",
    };
}
