using System.ComponentModel;
using System.Text.Json;
using Dashboard.Core.Actions;
using Dashboard.Core.Backfill;
using Dashboard.Core.Sources;
using Dashboard.Web.Api;
using Dashboard.Web.Security;

namespace Dashboard.Web.Actions;

/// <summary>Plans and commits for other programs: by key, never by cookie, so that no page of another site can make a browser act.</summary>
internal static class ActionApi
{
    private const string PlanId = "The plan's id.";

    public static RouteGroupBuilder MapActions(this RouteGroupBuilder api)
    {
        Refusing(api, "/plans", "POST");
        Refusing(api, "/plans/{id:guid}", "GET, DELETE");
        Refusing(api, "/plans/{id:guid}/commit", "POST");
        Described(api.MapPost("/plans", PlanAsync).AddEndpointFilter(KeyOnly.InvokeAsync))
            .Accepts<PlanRequest>("application/json")
            .WithName("plan")
            .WithSummary("What an action would do")
            .WithDescription("Nothing is changed. The plan can be committed for fifteen minutes, by its id alone. A plan with a refusal cannot be committed and says why.")
            .Produces<PlanWire>(StatusCodes.Status201Created);
        Described(api.MapGet("/plans/{id:guid}", OneAsync))
            .WithName("plan-by-id")
            .WithSummary("A plan and what became of it")
            .WithDescription("Plans that nobody commits are kept for two days, actions for ever.")
            .Produces<PlanWire>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        Described(api.MapPost("/plans/{id:guid}/commit", CommitAsync).AddEndpointFilter(KeyOnly.InvokeAsync))
            .Accepts<CommitRequest>("application/json")
            .WithName("commit-plan")
            .WithSummary("Do exactly what a plan says, or nothing")
            .WithDescription(
                "done: it was done. stale (409): the row is another than the plan's, nothing was done, difference says how. busy (503): somebody holds the row or the database is away, nothing was done, send the same again. "
                + "refused (403, 409): nothing was done. unknown (202): the answer was lost and is being found out; ask for the plan, or commit it again, which never does it twice.")
            .Produces<CommitWire>()
            .Produces<CommitWire>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .Produces<CommitWire>(StatusCodes.Status409Conflict)
            .Produces<CommitWire>(StatusCodes.Status503ServiceUnavailable);
        Described(api.MapDelete("/plans/{id:guid}", WithdrawAsync).AddEndpointFilter(KeyOnly.InvokeAsync))
            .WithName("withdraw-plan")
            .WithSummary("Throw a plan away")
            .WithDescription("Nothing is changed; it can then not be committed any more. 409 when it was committed already.")
            .Produces<PlanWire>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        return api;
    }

    // Without it another method, or a body of another type, would be answered as an unknown address.
    internal static void Refusing(RouteGroupBuilder api, string pattern, string allowed, bool takesBody = true) => api.Map(pattern, (HttpRequest request, HttpResponse response) =>
    {
        if (takesBody && HttpMethods.IsPost(request.Method) && allowed.EndsWith("POST", StringComparison.Ordinal))
        {
            return ApiProblem.OfStatus(StatusCodes.Status415UnsupportedMediaType);
        }

        response.Headers.Allow = allowed;
        return ApiProblem.OfStatus(StatusCodes.Status405MethodNotAllowed);
    }).ExcludeFromDescription();

    internal static RouteHandlerBuilder Described(RouteHandlerBuilder route) => route
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status429TooManyRequests)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    /// <summary>Lets keys in, and no cookie.</summary>
    private static async Task<IResult> PlanAsync(HttpContext context, OperatorActions actions, SourceDirectory sources)
    {
        var (asked, unreadable) = await BodyAsync<PlanRequest>(context);
        if (asked is null || context.User.ToActor() is not { } who)
        {
            return NotAsExpected(unreadable ?? "expected a JSON object with kind and app_name.");
        }

        if (asked.Undoes is { } undoes)
        {
            return await AnsweredAsync(() => actions.PlanUndoAsync(who, undoes, context.RequestAborted), kept => Made(context, kept), StatusCodes.Status409Conflict);
        }

        if (ActionWords.Parse(asked.Kind) is not { } kind || kind == ActionKind.Undo)
        {
            return NotAsExpected($"'kind': expected one of {string.Join(", ", ActionWords.Askable.Select(known => known.Slug()))}.");
        }

        if (string.IsNullOrEmpty(asked.AppName))
        {
            return NotAsExpected("'app_name': expected the job's name.");
        }

        if (sources.Find(asked.Source) is not { } source)
        {
            return ApiProblem.UnknownSource(asked.Source!, sources.All.Select(known => known.Name));
        }

        var slots = SlotWish.Missing;
        if (asked.Wish is { } wish && (!Wishes.TryGetValue(wish, out slots)))
        {
            return NotAsExpected($"'wish': expected one of {string.Join(", ", Wishes.Keys)}.");
        }

        if (kind == ActionKind.Backfill && asked.Slots is null && (asked.From is null || asked.To is null || asked.To < asked.From))
        {
            return NotAsExpected("'from' and 'to': expected the first and the last slot, in this order; or 'slots', one by one.");
        }

        if (asked.Slots is { Count: 0 or > ActionPlan.MostListed })
        {
            return NotAsExpected($"'slots': expected 1 to {ActionPlan.MostListed} moments.");
        }

        var wanted = new ActionWish(kind, source.Name, asked.AppName)
        {
            Until = asked.Until?.ToUniversalTime(),
            Slots = asked.Slots is { } picked ? BackfillChoice.Of(slots, picked) : asked is { From: { } from, To: { } to } ? new BackfillChoice(slots, from.ToUniversalTime(), to.ToUniversalTime()) : null,
        };
        return await AnsweredAsync(() => actions.PlanAsync(who, wanted, null, context.RequestAborted), kept => Made(context, kept), StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> OneAsync([Description(PlanId)] Guid id, HttpContext context, OperatorActions actions) => context.User.ToActor() is { } who
        ? await AnsweredAsync(() => actions.FindAsync(who, id, context.RequestAborted), kept => TypedResults.Json(PlanWire.Of(kept), WireJson.Options), StatusCodes.Status404NotFound)
        : ApiProblem.OfStatus(StatusCodes.Status401Unauthorized);

    private static async Task<IResult> CommitAsync([Description(PlanId)] Guid id, HttpContext context, OperatorActions actions)
    {
        var (asked, unreadable) = await BodyAsync<CommitRequest>(context);
        if (asked is null || context.User.ToActor() is not { } who)
        {
            return NotAsExpected(unreadable ?? "expected a JSON object with a reason.");
        }

        return await AnsweredAsync(() => actions.CommitAsync(who, id, asked.Reason, asked.AppName, context.RequestAborted), result =>
        {
            if (result.Outcome == ActionOutcome.Busy)
            {
                context.Response.Headers.RetryAfter = "1";
            }

            return TypedResults.Json(
                new CommitWire(result.Action, result.Outcome, result.Sentence, [.. result.Difference.Select(change => new CellWire(change.Column, change.Before, change.After))], result.IsReplay),
                WireJson.Options,
                statusCode: result.Outcome switch
                {
                    ActionOutcome.Done => StatusCodes.Status200OK,
                    ActionOutcome.Unknown => StatusCodes.Status202Accepted,
                    ActionOutcome.Busy => StatusCodes.Status503ServiceUnavailable,
                    _ => StatusCodes.Status409Conflict,
                });
        }, StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> WithdrawAsync([Description(PlanId)] Guid id, HttpContext context, OperatorActions actions) => context.User.ToActor() is { } who
        ? await AnsweredAsync(() => actions.WithdrawAsync(who, id, context.RequestAborted), kept => TypedResults.Json(PlanWire.Of(kept), WireJson.Options), StatusCodes.Status409Conflict)
        : ApiProblem.OfStatus(StatusCodes.Status401Unauthorized);

    private static Dictionary<string, SlotWish> Wishes { get; } = new(StringComparer.Ordinal) { ["missing"] = SlotWish.Missing, ["missing_and_failed"] = SlotWish.MissingAndFailed, ["all"] = SlotWish.All };

    internal static async Task<IResult> AnsweredAsync<T>(Func<Task<ActionAnswer<T>>> askAsync, Func<T, IResult> good, int otherwise)
        where T : class
    {
        try
        {
            var answer = await askAsync();
            return answer.Value is { } value ? good(value)
                : answer.Wait is { } wait ? new SlowDown(wait, answer.Because!)
                : answer.IsDenied ? ApiProblem.Of(StatusCodes.Status403Forbidden, "not-allowed", "You may not do that", answer.Because)
                : ApiProblem.Of(answer.IsMissing ? StatusCodes.Status404NotFound : otherwise, "not-possible", "That cannot be done", answer.Because);
        }
        catch (Exception cause) when (RecordsAway.Is(cause))
        {
            return ApiProblem.Of(StatusCodes.Status503ServiceUnavailable, "own-database-away", "Nothing can be planned or done now", "The dashboard's own database does not answer, and nothing is done without its records.");
        }
    }

    private static Microsoft.AspNetCore.Http.HttpResults.JsonHttpResult<PlanWire> Made(HttpContext context, KeptAction kept)
    {
        context.Response.Headers.Location = $"/api/v1/plans/{kept.Id:D}";
        return TypedResults.Json(PlanWire.Of(kept), WireJson.Options, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>What was sent, or null and, where one of its values is not of its kind, which.</summary>
    internal static async Task<(T? Value, string? Unreadable)> BodyAsync<T>(HttpContext context)
        where T : class
    {
        try
        {
            return (context.Request.HasJsonContentType() ? await context.Request.ReadFromJsonAsync<T>(WireJson.Options, context.RequestAborted) : null, null);
        }
        catch (JsonException cause)
        {
            // A path of more than its root names a value; the names on it are those of the request, not the sender's.
            return (null, cause.Path is ['$', '.', ..] and { Length: <= 60 } path ? $"'{path[2..]}': not what such a value looks like; moments are written as 2026-11-22T06:00:00Z." : null);
        }
    }

    internal static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult NotAsExpected(string what) =>
        ApiProblem.Of(StatusCodes.Status400BadRequest, "bad-body", "The body is not what was expected", what);

    // An answer that says when to try again.
    private sealed class SlowDown(TimeSpan wait, string because) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
            return ApiProblem.Of(StatusCodes.Status429TooManyRequests, "too-much", "That was too much at once", because).ExecuteAsync(httpContext);
        }
    }
}
