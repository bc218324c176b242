using System.Globalization;
using Dashboard.Core.Access;
using Dashboard.Core.Actions;
using Dashboard.Core.Actions.Operations;
using Dashboard.Web.Layout;
using Dashboard.Web.Security;

namespace Dashboard.Web.Actions.Operations;

/// <summary>Where the forms about many jobs go: plain posts that lead to the operation's own page.</summary>
internal static class OperationForms
{
    public static void MapOperationForms(this RouteGroupBuilder forms)
    {
        forms.MapPost("/operations/plan", PlanAsync).DisableAntiforgery();
        forms.MapPost("/operations/{id:guid}/commit", CommitAsync).DisableAntiforgery();
        Said(forms, "pause", (operations, who, id, stop) => operations.PauseAsync(who, id, stop));
        Said(forms, "resume", (operations, who, id, stop) => operations.ResumeAsync(who, id, stop));
        Said(forms, "cancel", (operations, who, id, stop) => operations.CancelAsync(who, id, stop));
        Said(forms, "withdraw", (operations, who, id, stop) => operations.WithdrawAsync(who, id, stop));
    }

    private static void Said(RouteGroupBuilder forms, string word, Func<OperatorOperations, Actor, Guid, CancellationToken, Task<ActionAnswer<Operation>>> sayAsync) =>
        forms.MapPost($"/operations/{{id:guid}}/{word}", async (Guid id, HttpContext context, OperatorOperations operations, ShownSources sources) =>
            context.User.ToActor() is { } who ? Led(await sayAsync(operations, who, id, context.RequestAborted), sources, id) : (IResult)NotIn()).DisableAntiforgery();

    private static async Task<IResult> PlanAsync(HttpContext context, OperatorOperations operations, ShownSources sources, TimeProvider clock)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (sources.Find(form["source"].ToString()) is not { } source || ActionWords.Parse(form["kind"].ToString()) is not { } kind || context.User.ToActor() is not { } who)
        {
            return ActionForms.Told(StatusCodes.Status400BadRequest, "That is no action on jobs of a source known here. Nothing was done.", "/");
        }

        var (names, chosen) = JobChoice.Parse(form["names"].ToString()) is { } named
            ? (named, "chosen one by one")
            : JobChoice.Matching(source, form["q"].ToString(), form["state"].ToString());
        var answer = await operations.MakeAsync(who, source.Source.Name, kind, names, chosen, ActionForms.Until(form, clock.GetUtcNow()), context.RequestAborted);
        return answer.Value is { } made
            ? Results.LocalRedirect("~/" + source.Links.Operation(made.Id))
            : ActionForms.Told(ActionForms.StatusOf(answer, StatusCodes.Status409Conflict), answer.Because!, "/" + source.Links.AllJobs);
    }

    private static async Task<IResult> CommitAsync(Guid id, HttpContext context, OperatorOperations operations, ShownSources sources)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        return context.User.ToActor() is { } who
            ? Led(await operations.CommitAsync(who, id, form["reason"].ToString(), Count(form["count"].ToString()), context.RequestAborted), sources, id)
            : NotIn();
    }

    private static int? Count(string text) => int.TryParse(text.Trim().Replace(",", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;

    private static IResult Led(ActionAnswer<Operation> answer, ShownSources sources, Guid id) => answer.Value is { } changed
        ? Results.LocalRedirect("~/" + (sources.Find(changed.Source)?.Links ?? new Links(null)).Operation(id))
        : ActionForms.Told(ActionForms.StatusOf(answer, StatusCodes.Status409Conflict), answer.Because!, "/" + new Links(null).Operation(id));

    private static Microsoft.AspNetCore.Http.HttpResults.RazorComponentResult<ActionTold> NotIn() => ActionForms.Told(StatusCodes.Status403Forbidden, "You are not logged in.", "/");
}
