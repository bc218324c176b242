using System.Globalization;
using Dashboard.Core.Retries;
using Dashboard.Web.Api;
using Dashboard.Web.Security;
using Npgsql;

namespace Dashboard.Web.Ingest;

/// <summary>What became of the events delivered.</summary>
/// <param name="Kept">How many are new.</param>
/// <param name="Known">How many were there already.</param>
public sealed record IngestWire(int Kept, int Known);

/// <summary>Takes what executors of other programs tell.</summary>
internal static class IngestApi
{
    public static RouteGroupBuilder MapIngest(this RouteGroupBuilder api)
    {
        api.Map("/ingest/events", (HttpRequest request, HttpResponse response) =>
        {
            // A POST comes here when its content type is none of those taken.
            if (HttpMethods.IsPost(request.Method))
            {
                return ApiProblem.OfStatus(StatusCodes.Status415UnsupportedMediaType);
            }

            response.Headers.Allow = "POST";
            return ApiProblem.OfStatus(StatusCodes.Status405MethodNotAllowed);
        }).RequireAuthorization(AccessPolicies.Ingest).ExcludeFromDescription();
        api.MapPost("/ingest/events", TakeAsync)
            .RequireAuthorization(AccessPolicies.Ingest)
            .WithName("ingest-events")
            .WithSummary("Keep what transaction executors tell")
            .WithDescription(
                "A JSON array of events, or one event a line (application/x-ndjson); gzip is understood. At most 1 MiB, also unpacked, and 5,000 events. Members: id, at, source, host, process, thread, app_name, "
                + "run_id, resource, backend, executor, attempt, outcome, exc_type, exc_value, code, class, delay_s, next_attempt_at; others are ignored. All of it is kept before 200 is answered, each id once, "
                + "however often it is delivered; when an event is not as expected none is kept. After 429 and 503, and when no answer came, deliver the same again. Needs a key with the role ingest.")
            .Accepts<object>("application/json", "application/x-ndjson")
            .Produces<IngestWire>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        return api;
    }

    private static async Task<IResult> TakeAsync(HttpContext context, IRetryStore store, IngestGate gate)
    {
        try
        {
            var (done, answer) = await gate.TryAsync(
                async () =>
                {
                    var (events, problem) = await IngestBody.ReadAsync(context);
                    if (problem is not null)
                    {
                        return problem;
                    }

                    var receipt = await store.KeepAsync(new RetryBatch { Events = events }, context.RequestAborted);
                    return TypedResults.Json(new IngestWire(receipt.Kept, receipt.Known), WireJson.Options);
                },
                context.RequestAborted);
            return done ? answer! : Later(context, StatusCodes.Status429TooManyRequests, 1);
        }
        catch (Exception cause) when (cause is NpgsqlException or TimeoutException)
        {
            return Later(context, StatusCodes.Status503ServiceUnavailable, 5);
        }
    }

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Later(HttpContext context, int status, int seconds)
    {
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return status == StatusCodes.Status429TooManyRequests
            ? ApiProblem.OfStatus(status)
            : ApiProblem.Of(status, "own-database-away", "Nothing can be kept now", "The dashboard's own database does not answer; deliver the same again after the time in Retry-After.");
    }
}
