using System.Globalization;
using Dashboard.Core.Actions;
using Dashboard.Core.Backfill;
using Dashboard.Core.Sources;
using Dashboard.Web.Actions.Operations;
using Dashboard.Web.Layout;
using Dashboard.Web.Security;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Dashboard.Web.Actions;

/// <summary>
/// Where the forms of pages go: plain posts that lead to the plan's own page, so that acting needs no live connection, and a page that was answered can be
/// loaded again without doing anything twice.
/// </summary>
internal static class ActionForms
{
    public static IEndpointRouteBuilder MapActionForms(this IEndpointRouteBuilder routes)
    {
        var forms = routes.MapGroup("/act").RequireUnlessSaid(AccessPolicies.Viewer).RequireRateLimiting(Limits.ApiPolicy).ExcludeFromDescription().AddEndpointFilter(OursAsync);
        forms.MapPost("/plan", PlanAsync).DisableAntiforgery();
        forms.MapPost("/{id:guid}/commit", CommitAsync).DisableAntiforgery();
        forms.MapPost("/{id:guid}/undo", UndoAsync).DisableAntiforgery();
        forms.MapPost("/{id:guid}/withdraw", WithdrawAsync).DisableAntiforgery();
        forms.MapOperationForms();
        return routes;
    }

    // Checked here, so that its failure is a page and not an empty answer.
    internal static async ValueTask<object?> OursAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext;
        if (!request.Request.HasFormContentType || !await request.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(request))
        {
            return Told(StatusCodes.Status400BadRequest, "This form is too old, or it came from elsewhere. Nothing was done; go back, reload the page and try again.", "/");
        }

        try
        {
            return await next(context);
        }
        catch (Exception cause) when (RecordsAway.Is(cause))
        {
            return Told(StatusCodes.Status503ServiceUnavailable, "The dashboard's own records are out of reach, and nothing is done without them. Try again when they are back.", "/");
        }
    }

    private static async Task<IResult> PlanAsync(HttpContext context, OperatorActions actions, SourceDirectory sources, TimeProvider clock)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (sources.Find(form["source"].ToString()) is not { } source || ActionWords.Parse(form["kind"].ToString()) is not { } kind || context.User.ToActor() is not { } who)
        {
            return Told(StatusCodes.Status400BadRequest, "That is no action on a job of a source known here. Nothing was done.", "/");
        }

        var wish = new ActionWish(kind, source.Name, form["job"].ToString()) { Until = Until(form, clock.GetUtcNow()), Slots = Choice(form) };
        var answer = await actions.PlanAsync(who, wish, null, context.RequestAborted);
        return Answer(answer, new Links(ReferenceEquals(source, sources.All[0]) ? null : source.Name), wish.Job);
    }

    private static async Task<IResult> CommitAsync(Guid id, HttpContext context, OperatorActions actions, SourceDirectory sources)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var answer = context.User.ToActor() is { } who
            ? await actions.CommitAsync(who, id, form["reason"].ToString(), form["name"].ToString(), context.RequestAborted)
            : new ActionAnswer<ActionResult>(null, "You are not logged in.", true);
        var links = new Links(await SourceOfAsync(id, context, actions, sources));
        return answer.Value is not null
            ? Results.LocalRedirect("~/" + links.Act(id))
            : Told(StatusOf(answer, StatusCodes.Status400BadRequest), answer.Because!, "/" + links.Act(id));
    }

    private static async Task<IResult> UndoAsync(Guid id, HttpContext context, OperatorActions actions, SourceDirectory sources)
    {
        var answer = context.User.ToActor() is { } who
            ? await actions.PlanUndoAsync(who, id, context.RequestAborted)
            : new ActionAnswer<KeptAction>(null, "You are not logged in.", true);
        return Answer(answer, new Links(await SourceOfAsync(id, context, actions, sources)), null);
    }

    private static async Task<IResult> WithdrawAsync(Guid id, HttpContext context, OperatorActions actions, SourceDirectory sources)
    {
        var answer = context.User.ToActor() is { } who
            ? await actions.WithdrawAsync(who, id, context.RequestAborted)
            : new ActionAnswer<KeptAction>(null, "You are not logged in.", true);
        var links = new Links(await SourceOfAsync(id, context, actions, sources));
        return answer.Value is { } gone
            ? Results.LocalRedirect("~/" + links.Job(gone.Plan.Job))
            : Told(StatusOf(answer, StatusCodes.Status409Conflict), answer.Because!, "/" + links.Act(id));
    }

    internal static int StatusOf<T>(ActionAnswer<T> answer, int otherwise)
        where T : class => answer.Wait is not null ? StatusCodes.Status429TooManyRequests : answer.IsDenied ? StatusCodes.Status403Forbidden : answer.IsMissing ? StatusCodes.Status404NotFound : otherwise;

    private static IResult Answer(ActionAnswer<KeptAction> answer, Links links, string? job) => answer.Value is { } kept
        ? Results.LocalRedirect("~/" + links.Act(kept.Id))
        : Told(StatusOf(answer, StatusCodes.Status409Conflict), answer.Because!, "/" + (job is null ? links.Now : links.Job(job)));

    private static async Task<string?> SourceOfAsync(Guid id, HttpContext context, OperatorActions actions, SourceDirectory sources) =>
        context.User.ToActor() is { } who && (await actions.FindAsync(who, id, context.RequestAborted)).Value?.Plan.Source is { } source && sources.All[0].Name != source ? source : null;

    internal static DateTimeOffset? Until(IFormCollection form, DateTimeOffset now)
    {
        if (form["until"].ToString() is { Length: > 0 } moment)
        {
            return DateTimeOffset.TryParse(moment, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var until) ? until : null;
        }

        return int.TryParse(form["hours"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var hours) && hours is > 0 and <= 24 * 90 ? new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero).AddHours(hours) : null;
    }

    private static BackfillChoice? Choice(IFormCollection form) =>
        form["slot"] is { Count: > 0 and <= ActionPlan.MostListed } picked && Enum.TryParse<SlotWish>(form["wish"].ToString(), ignoreCase: false, out var wished) && Enum.IsDefined(wished)
            ? picked.Select(slot => Moment(slot ?? "")).OfType<DateTimeOffset>().ToList() is { Count: > 0 } slots ? BackfillChoice.Of(wished, slots) : null
        : Enum.TryParse<SlotWish>(form["wish"].ToString(), ignoreCase: false, out var wish) && Enum.IsDefined(wish) && Moment(form["from"].ToString()) is { } from && Moment(form["slots-until"].ToString()) is { } until && from <= until
            ? new BackfillChoice(wish, from, until) : null;

    private static DateTimeOffset? Moment(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) ? moment : null;

    /// <summary>A page that says why nothing was done.</summary>
    internal static RazorComponentResult<ActionTold> Told(int status, string text, string back) => new(new { Text = text, Back = back }) { StatusCode = status };
}
