using System.ComponentModel;
using Dashboard.Core.Access;
using Dashboard.Core.Actions;
using Dashboard.Core.Actions.Operations;
using Dashboard.Core.Sources;
using Dashboard.Web.Api;
using Dashboard.Web.Layout;
using Dashboard.Web.Security;
using Microsoft.AspNetCore.Mvc;

namespace Dashboard.Web.Actions.Operations;

/// <summary>Acting on many jobs, and following it, for other programs: by key, as every action.</summary>
internal static class OperationApi
{
    private const string Id = "The operation's id.";

    public static RouteGroupBuilder MapOperations(this RouteGroupBuilder api)
    {
        ActionApi.Refusing(api, "/operations", "GET, POST");
        ActionApi.Refusing(api, "/operations/{id:guid}", "GET, DELETE");
        ActionApi.Described(api.MapPost("/operations", MakeAsync).AddEndpointFilter(KeyOnly.InvokeAsync))
            .Accepts<OperationRequest>("application/json")
            .WithName("plan-operation")
            .WithSummary("What an action would do with many jobs")
            .WithDescription("Nothing is changed. The jobs are looked at one after the other; ask for the operation until it is planned, then commit it within an hour.")
            .Produces<OperationWire>(StatusCodes.Status201Created);
        ActionApi.Described(api.MapGet("/operations", ListAsync))
            .WithName("operations")
            .WithSummary("The last operations of a source")
            .WithDescription("Newest first, a hundred at most: backfills of chosen slots and actions on many jobs, those under way among them.")
            .Produces<OperationListWire>();
        ActionApi.Described(api.MapGet("/operations/{id:guid}", OneAsync))
            .WithName("operation-by-id")
            .WithSummary("An operation, its parts and how far it is")
            .WithDescription("A part that was not done says why. For a backfill of chosen slots the id is that of its plan.")
            .Produces<OperationWire>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        ActionApi.Described(api.MapDelete("/operations/{id:guid}", ([Description(Id)] Guid id, HttpContext context, OperatorOperations operations) =>
                ChangedAsync(id, context, who => operations.WithdrawAsync(who, id, context.RequestAborted))).AddEndpointFilter(KeyOnly.InvokeAsync))
            .WithName("withdraw-operation")
            .WithSummary("Throw a planned operation away")
            .WithDescription("Nothing was changed by it and nothing will be. 409 when it was committed already.")
            .Produces<OperationWire>()
            .ProducesProblem(StatusCodes.Status409Conflict);
        ActionApi.Refusing(api, "/operations/{id:guid}/commit", "POST");
        ActionApi.Described(api.MapPost("/operations/{id:guid}/commit", CommitAsync).AddEndpointFilter(KeyOnly.InvokeAsync))
            .Accepts<OperationCommitRequest>("application/json")
            .WithName("commit-operation")
            .WithSummary("Carry an operation out")
            .WithDescription("Each job's plan is carried out exactly, or not at all where its row has moved; the others go on. It goes on without whoever asked, and over a restart of the dashboard.")
            .Produces<OperationWire>()
            .ProducesProblem(StatusCodes.Status409Conflict);
        Said(api, "pause", "Let nothing further of an operation begin", "What is under way ends.", (operations, who, id, stop) => operations.PauseAsync(who, id, stop));
        Said(api, "resume", "Let a paused operation go on", "Where it was.", (operations, who, id, stop) => operations.ResumeAsync(who, id, stop));
        Said(api, "cancel", "Cancel what of an operation has not begun", "What is under way ends, what was done stays.", (operations, who, id, stop) => operations.CancelAsync(who, id, stop));
        return api;
    }

    private static void Said(
        RouteGroupBuilder api, string word, string summary, string description, Func<OperatorOperations, Actor, Guid, CancellationToken, Task<ActionAnswer<Operation>>> sayAsync)
    {
        ActionApi.Refusing(api, $"/operations/{{id:guid}}/{word}", "POST", takesBody: false);
        ActionApi.Described(api.MapPost($"/operations/{{id:guid}}/{word}", ([Description(Id)] Guid id, HttpContext context, OperatorOperations operations) =>
                ChangedAsync(id, context, who => sayAsync(operations, who, id, context.RequestAborted))).AddEndpointFilter(KeyOnly.InvokeAsync))
            .WithName($"{word}-operation")
            .WithSummary(summary)
            .WithDescription($"{description} 409 when it is not as it would have to be for that.")
            .Produces<OperationWire>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> MakeAsync(HttpContext context, OperatorOperations operations, SourceDirectory sources, ShownSources shown)
    {
        var (asked, unreadable) = await ActionApi.BodyAsync<OperationRequest>(context);
        if (asked is null || context.User.ToActor() is not { } who)
        {
            return ActionApi.NotAsExpected(unreadable ?? "expected a JSON object with kind and app_names or query.");
        }

        if (ActionWords.Parse(asked.Kind) is not { } kind || !OperatorOperations.Kinds.Contains(kind))
        {
            return ActionApi.NotAsExpected($"'kind': expected one of {string.Join(", ", OperatorOperations.Kinds.Select(known => known.Slug()))}.");
        }

        if (shown.Find(asked.Source) is not { } source)
        {
            return ApiProblem.UnknownSource(asked.Source!, sources.All.Select(known => known.Name));
        }

        if ((asked.AppNames is null) == (asked.Query is null) || asked.AppNames?.Contains(null) == true)
        {
            return ActionApi.NotAsExpected("'app_names' or 'query': expected one of them, the names of jobs or a search line.");
        }

        var (names, chosen) = asked.Query is { } query ? JobChoice.Matching(source, query, null) : ([.. asked.AppNames!.Select(name => name!)], "chosen one by one");
        return await ActionApi.AnsweredAsync(
            () => operations.MakeAsync(who, source.Source.Name, kind, names, chosen, asked.Until?.ToUniversalTime(), context.RequestAborted),
            made =>
            {
                context.Response.Headers.Location = $"/api/v1/operations/{made.Id:D}";
                return TypedResults.Json(OperationWire.Made(made), WireJson.Options, statusCode: StatusCodes.Status201Created);
            },
            StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> ListAsync(HttpContext context, OperatorOperations operations, [FromQuery, Description("The source; the first when absent.")] string? source) => context.User.ToActor() is { } who
        ? await ActionApi.AnsweredAsync(
            () => operations.RecentAsync(who, source, context.RequestAborted),
            found => TypedResults.Json(new OperationListWire([.. found.Select(one => OperationWire.Made(one))]), WireJson.Options), StatusCodes.Status404NotFound)
        : ApiProblem.OfStatus(StatusCodes.Status401Unauthorized);

    private static async Task<IResult> OneAsync([Description(Id)] Guid id, HttpContext context, OperatorOperations operations) => context.User.ToActor() is { } who
        ? await ActionApi.AnsweredAsync(
            () => operations.FindAsync(who, id, context.RequestAborted), found => TypedResults.Json(OperationWire.Made(found.Operation, found.Parts), WireJson.Options), StatusCodes.Status404NotFound)
        : ApiProblem.OfStatus(StatusCodes.Status401Unauthorized);

    private static async Task<IResult> CommitAsync([Description(Id)] Guid id, HttpContext context, OperatorOperations operations)
    {
        var (asked, unreadable) = await ActionApi.BodyAsync<OperationCommitRequest>(context);
        return asked is null
            ? ActionApi.NotAsExpected(unreadable ?? "expected a JSON object with a reason and the count.")
            : await ChangedAsync(id, context, who => operations.CommitAsync(who, id, asked.Reason, asked.Count, context.RequestAborted));
    }

    private static async Task<IResult> ChangedAsync([Description(Id)] Guid id, HttpContext context, Func<Actor, Task<ActionAnswer<Operation>>> changeAsync) => context.User.ToActor() is { } who
        ? await ActionApi.AnsweredAsync(() => changeAsync(who), changed => TypedResults.Json(OperationWire.Made(changed), WireJson.Options), StatusCodes.Status409Conflict)
        : ApiProblem.OfStatus(StatusCodes.Status401Unauthorized);
}
