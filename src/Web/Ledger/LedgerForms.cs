using System.Globalization;
using Dashboard.Core.Actions;
using Dashboard.Core.Ledger;
using Dashboard.Core.Sources;
using Dashboard.Web.Actions;
using Dashboard.Web.Layout;
using Dashboard.Web.Security;

namespace Dashboard.Web.Ledger;

/// <summary>Where the forms go by which people say something of a trouble: plain posts, so that they need no live connection, and lead back to where they came from.</summary>
internal static class LedgerForms
{
    private const int MostHours = 24 * 30;

    public static IEndpointRouteBuilder MapLedgerForms(this IEndpointRouteBuilder routes)
    {
        var forms = routes.MapGroup("/said").RequireUnlessSaid(AccessPolicies.Viewer).RequireRateLimiting(Limits.ApiPolicy).ExcludeFromDescription().AddEndpointFilter(ActionForms.OursAsync);
        forms.MapPost("/{id:guid}/ack", AckAsync).DisableAntiforgery();
        forms.MapPost("/{id:guid}/snooze", SnoozeAsync).DisableAntiforgery();
        forms.MapPost("/{id:guid}/needed", (Guid id, HttpContext context, OperatorVerdicts verdicts, SourceDirectory sources) => LabelAsync(id, true, context, verdicts, sources)).DisableAntiforgery();
        forms.MapPost("/{id:guid}/not-needed", (Guid id, HttpContext context, OperatorVerdicts verdicts, SourceDirectory sources) => LabelAsync(id, false, context, verdicts, sources)).DisableAntiforgery();
        forms.MapPost("/silence", SilenceAsync).DisableAntiforgery();
        forms.MapPost("/silence/{id:guid}/end", EndAsync).DisableAntiforgery();
        return routes;
    }

    private static Task<IResult> AckAsync(Guid id, HttpContext context, OperatorVerdicts verdicts, SourceDirectory sources) =>
        AnsweredAsync(context, sources, (who, form) => verdicts.AcknowledgeAsync(who, id, form["reason"], context.RequestAborted));

    private static Task<IResult> SnoozeAsync(Guid id, HttpContext context, OperatorVerdicts verdicts, SourceDirectory sources, TimeProvider clock) =>
        AnsweredAsync(context, sources, (who, form) => verdicts.SnoozeAsync(who, id, Until(form, clock.GetUtcNow()), form["reason"], context.RequestAborted));

    private static Task<IResult> LabelAsync(Guid id, bool needed, HttpContext context, OperatorVerdicts verdicts, SourceDirectory sources) =>
        AnsweredAsync(context, sources, (who, form) => verdicts.LabelAsync(who, id, needed, form["reason"], context.RequestAborted));

    private static Task<IResult> SilenceAsync(HttpContext context, OperatorVerdicts verdicts, SourceDirectory sources, TimeProvider clock) => AnsweredAsync(
        context,
        sources,
        (who, form) => verdicts.SilenceAsync(
            who, form["source"].ToString(), form["job"].ToString() is { Length: > 0 } job ? job : null, null, Until(form, clock.GetUtcNow()) ?? clock.GetUtcNow(), form["reason"], context.RequestAborted));

    private static Task<IResult> EndAsync(Guid id, HttpContext context, OperatorVerdicts verdicts, SourceDirectory sources) =>
        AnsweredAsync(context, sources, (who, _) => verdicts.EndSilenceAsync(who, id, context.RequestAborted));

    private static async Task<IResult> AnsweredAsync(HttpContext context, SourceDirectory sources, Func<Core.Access.Actor, IFormCollection, Task<ActionAnswer<SaidByPeople>>> sayAsync)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var answer = context.User.ToActor() is { } who ? await sayAsync(who, form) : new ActionAnswer<SaidByPeople>(null, "You are not logged in.", true);
        var source = answer.Value?.Source ?? form["source"].ToString();
        var links = new Links(source.Length == 0 || sources.All[0].Name == source ? null : source);
        var back = form["back"].ToString() switch { "activity" => links.Activity, "job" when form["job"].ToString() is { Length: > 0 } job => links.Job(job), _ => links.Now };
        return answer.Value is not null ? Results.LocalRedirect("~/" + back) : ActionForms.Told(answer.IsDenied ? StatusCodes.Status403Forbidden : StatusCodes.Status409Conflict, answer.Because!, "/" + back);
    }

    private static DateTimeOffset? Until(IFormCollection form, DateTimeOffset now) =>
        int.TryParse(form["hours"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var hours) && hours is > 0 and <= MostHours ? now.AddHours(hours)
        : DateTimeOffset.TryParse(form["until"].ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var until) ? until : null;
}
