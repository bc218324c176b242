using System.ComponentModel;
using System.Text.Json;
using Dashboard.Core.Actions;
using Dashboard.Core.Feeds;
using Dashboard.Core.Ledger;
using Dashboard.Core.Sources;
using Dashboard.Web.Actions;
using Dashboard.Web.Api;
using Dashboard.Web.Security;
using Dashboard.Web.Verdicts;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Dashboard.Web.Ledger;

/// <summary>The ledger for other programs, and the way for them to say something of a trouble: by key, never by cookie.</summary>
internal static class LedgerApi
{
    private const int Most = 200;

    public static RouteGroupBuilder MapLedger(this RouteGroupBuilder api)
    {
        ActionApi.Refusing(api, "/incidents/{id:guid}/say", "POST");
        ActionApi.Refusing(api, "/silences", "POST");
        ActionApi.Refusing(api, "/silences/{id:guid}", "DELETE", takesBody: false);
        Read(api.MapRead("/ledger", AllAsync))
            .WithName("ledger")
            .WithSummary("What was promised, sent and withheld, and how it ended")
            .WithDescription("Every trouble by its root, from when it was first said until it was over: whether somebody was paged, what people said, what each channel took.")
            .Produces<LedgerWire>();
        Read(api.MapRead("/verdicts", EventsAsync))
            .WithName("verdict-history")
            .WithSummary("Every change of what was said, newest first")
            .WithDescription("Of every job and, without a name, of the source as a whole. Ask with before for older ones.")
            .Produces<VerdictHistoryWire>();
        Said(api.MapPost("/incidents/{id:guid}/say", MarkAsync))
            .Accepts<MarkRequest>("application/json")
            .WithName("say")
            .WithSummary("Say of a trouble that one knows, that it is to be quiet, or whether the page was needed")
            .WithDescription("By key. What is said is kept with a line in the audit; nothing of the scheduler is touched.");
        Said(api.MapPost("/silences", SilenceAsync))
            .Accepts<SilenceRequest>("application/json")
            .WithName("silence")
            .WithSummary("Keep a job or a source quiet for a while")
            .WithDescription("By key. It is judged on, and told what would have been a page.");
        Said(api.MapDelete("/silences/{id:guid}", EndAsync).RequireAuthorization(AccessPolicies.Operator))
            .WithName("end-silence")
            .WithSummary("End a silence before its time")
            .WithDescription("By key. What would be a page then is one.");
        return api;
    }

    private static RouteHandlerBuilder Read(RouteHandlerBuilder route) => route
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static RouteHandlerBuilder Said(RouteHandlerBuilder route) => route
        .AddEndpointFilter(KeyOnly.InvokeAsync)
        .Produces<SaidWire>()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static Task<IResult> AllAsync(
        HttpContext context,
        SourceDirectory directory,
        ILedgerReader ledger,
        SourceFeeds<LedgerSnapshot> newest,
        Feed<LedgerTotals> totals,
        [FromQuery, Description("The source; the first when absent.")] string? source,
        [FromQuery, Description("Only of this job.")] string? job,
        [FromQuery, Description("Only troubles that began earlier.")] string? before,
        [FromQuery, Description("At most so many troubles, up to 200; 50 when absent.")] string? limit) => AnsweredAsync(async () =>
        {
            if (Asked(context, directory, out var problem) is not { } asked)
            {
                return problem!;
            }

            var incidents = await ledger.IncidentsAsync(asked.Source.Name, asked.Job, asked.Before, asked.Limit, context.RequestAborted);
            var (known, counts) = (newest.Of(asked.Source.Name).Newest, totals.Newest);
            return TypedResults.Json(
                new LedgerWire
                {
                    Source = asked.Source.Name,
                    PromisesKept = counts.Kept,
                    PromisesBroken = counts.Broken,
                    Promises = [.. known.Promises.Select(PromiseWire.Of)],
                    Incidents = [.. incidents.Select(IncidentWire.Of)],
                    Silences = [.. known.Silences.Select(SilenceWire.Of)],
                },
                WireJson.Options);
        });

    private static Task<IResult> EventsAsync(
        HttpContext context,
        SourceDirectory directory,
        ILedgerReader ledger,
        [FromQuery, Description("The source; the first when absent.")] string? source,
        [FromQuery, Description("Only of this job; of everything when absent.")] string? job,
        [FromQuery, Description("Only earlier changes.")] string? before,
        [FromQuery, Description("At most so many changes, up to 200; 50 when absent.")] string? limit) => AnsweredAsync(async () =>
        {
            if (Asked(context, directory, out var problem) is not { } asked)
            {
                return problem!;
            }

            var changes = await ledger.EventsAsync(asked.Source.Name, asked.Job, asked.Job is null, asked.Before, asked.Limit, context.RequestAborted);
            return TypedResults.Json(new VerdictHistoryWire(asked.Source.Name, [.. changes.Select(VerdictEventWire.Of)], changes.Count == asked.Limit ? changes[^1].At : null), WireJson.Options);
        });

    private static Task<IResult> MarkAsync([Description("The trouble's id.")] Guid id, HttpContext context, OperatorVerdicts verdicts) => AnsweredAsync(async () =>
    {
        if (await BodyAsync<MarkRequest>(context) is not { } asked || context.User.ToActor() is not { } who)
        {
            return NotAsExpected("expected a JSON object with say and reason.");
        }

        return asked.Say switch
        {
            "ack" => Told(await verdicts.AcknowledgeAsync(who, id, asked.Reason, context.RequestAborted)),
            "snooze" => Told(await verdicts.SnoozeAsync(who, id, asked.Until?.ToUniversalTime(), asked.Reason, context.RequestAborted)),
            "needed" or "not_needed" => Told(await verdicts.LabelAsync(who, id, asked.Say == "needed", asked.Reason, context.RequestAborted)),
            _ => NotAsExpected("'say': expected one of ack, snooze, needed, not_needed."),
        };
    });

    private static Task<IResult> SilenceAsync(HttpContext context, OperatorVerdicts verdicts, SourceDirectory directory) => AnsweredAsync(async () =>
    {
        if (await BodyAsync<SilenceRequest>(context) is not { Until: { } until } asked || context.User.ToActor() is not { } who)
        {
            return NotAsExpected("expected a JSON object with until and reason.");
        }

        return directory.Find(asked.Source) is { } source
            ? Told(await verdicts.SilenceAsync(who, source.Name, string.IsNullOrEmpty(asked.AppName) ? null : asked.AppName, asked.From?.ToUniversalTime(), until.ToUniversalTime(), asked.Reason, context.RequestAborted))
            : ApiProblem.UnknownSource(asked.Source ?? "", directory.All.Select(each => each.Name));
    });

    private static Task<IResult> EndAsync([Description("The silence's id.")] Guid id, HttpContext context, OperatorVerdicts verdicts) => AnsweredAsync(async () =>
        context.User.ToActor() is { } who ? Told(await verdicts.EndSilenceAsync(who, id, context.RequestAborted)) : ApiProblem.OfStatus(StatusCodes.Status401Unauthorized));

    private static IResult Told(ActionAnswer<SaidByPeople> answer) =>
        answer.Value is { } said ? TypedResults.Json(new SaidWire(said.Sentence), WireJson.Options)
        : answer.IsDenied ? ApiProblem.Of(StatusCodes.Status403Forbidden, "not-allowed", "You may not do that", answer.Because)
        : ApiProblem.Of(StatusCodes.Status409Conflict, "not-possible", "That cannot be done", answer.Because);

    private static (Source Source, string? Job, DateTimeOffset? Before, int Limit)? Asked(HttpContext context, SourceDirectory directory, out IResult? problem)
    {
        var query = new QueryReader(context.Request.Query, "source", "job", "before", "limit");
        var (job, before, limit) = (query.Text("job"), query.Instant("before"), query.Number("limit", 50, 1, Most));
        if (query.Errors.Count > 0)
        {
            problem = ApiProblem.BadParameters(query.Errors);
            return null;
        }

        return AskedVerdict.Source(context, directory, out problem, "job", "before", "limit") is { } source ? (source, job, before, limit) : null;
    }

    private static async Task<IResult> AnsweredAsync(Func<Task<IResult>> answerAsync)
    {
        try
        {
            return await answerAsync();
        }
        catch (Exception cause) when (cause is NpgsqlException or TimeoutException)
        {
            return ApiProblem.Of(StatusCodes.Status503ServiceUnavailable, "own-database-away", "The ledger is out of reach", "The dashboard's own database does not answer.");
        }
    }

    private static async Task<T?> BodyAsync<T>(HttpContext context)
        where T : class
    {
        try
        {
            return context.Request.HasJsonContentType() ? await context.Request.ReadFromJsonAsync<T>(WireJson.Options, context.RequestAborted) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult NotAsExpected(string what) => ApiProblem.Of(StatusCodes.Status400BadRequest, "bad-body", "The body is not what was expected", what);
}
