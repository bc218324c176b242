using System.ComponentModel;
using System.Globalization;
using System.Text;
using Dashboard.Core.Feeds;
using Dashboard.Core.Pings;
using Dashboard.Core.Sources;
using Dashboard.Web.Api;
using Dashboard.Web.Security;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Dashboard.Web.Pings;

/// <summary>Takes pings in the shape of healthchecks: of anything that can ask for an address when it is done.</summary>
internal static class PingApi
{
    // Read and left: curl sends a whole log when told to, and a run that ended well must not look late for that.
    private const int MostSent = 64 * 1024 * 1024;
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head, HttpMethods.Post];

    public static IEndpointRouteBuilder MapPings(this IEndpointRouteBuilder routes)
    {
        var pings = routes.MapGroup("/ping/{key}").RequireAuthorization(AccessPolicies.Ingest).RequireRateLimiting(Limits.ApiPolicy).ExcludeFromDescription();
        pings.Map("", () => ApiProblem.Of(
            StatusCodes.Status400BadRequest, "no-slug", "The name is missing", "After the key stands the name of what pings: /ping/KEY/NAME, and after that nothing, start, fail, log, or an exit code from 0 to 255."));
        foreach (var pattern in (string[])["/{slug}", "/{slug}/{ending}"])
        {
            pings.Map(pattern, (HttpResponse response) =>
            {
                response.Headers.Allow = "GET, HEAD, POST";
                return ApiProblem.OfStatus(StatusCodes.Status405MethodNotAllowed);
            });
            pings.MapMethods(pattern, Methods, TakeAsync);
        }

        return routes;
    }

    public static RouteGroupBuilder MapPingsRead(this RouteGroupBuilder api)
    {
        api.MapRead("/pings", Now)
            .WithName("pings")
            .WithSummary("What pinged, and what it said last")
            .WithDescription(
                "Programs tell by /ping/KEY/SLUG that they ended well; followed by /start that they began, by /fail or an exit code how they ended, by /log something worth noting. GET, HEAD or POST, with a key that has the role ingest; "
                + "?source=NAME says whose (the first source when absent), ?rid=UUID tells runs apart that overlap. Of a body, up to 64 MiB, the first 10,000 bytes are read. While the dashboard's own database is away the answer is the last one known, with stale_since.")
            .Produces<PingsWire>()
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status400BadRequest);
        return api;
    }

    private static IResult Now(HttpContext context, Feed<PingsSnapshot> feed, [FromQuery, Description("Only this source; all when absent.")] string? source)
    {
        var query = new QueryReader(context.Request.Query, "source");
        source = query.Text("source");
        return query.Errors.Count > 0 ? ApiProblem.BadParameters(query.Errors) : new TaggedJson<PingsWire>(() => PingsWire.Of(feed.Newest, source));
    }

    private static async Task<IResult> TakeAsync(HttpContext context, string slug, IPingStore store, SourceDirectory sources, string? ending = null)
    {
        context.Response.Headers["Ping-Body-Limit"] = PingRule.MostBytes.ToString(CultureInfo.InvariantCulture);
        if (!PingRule.IsSlug(slug))
        {
            return ApiProblem.Of(StatusCodes.Status400BadRequest, "bad-slug", "That is no name", "A name has at most 200 letters and digits, and . _ - : between them.");
        }

        if (PingRule.Read(ending) is not { } said)
        {
            return ApiProblem.Of(StatusCodes.Status404NotFound, "bad-ping", "That is no ping", "After the name stands nothing, start, fail, log, or an exit code from 0 to 255.");
        }

        var query = new QueryReader(context.Request.Query, "source", "rid", "create");
        var (source, run) = (query.Text("source") ?? sources.All[0].Name, query.Text("rid"));
        if (run is not null && !Guid.TryParseExact(run, "D", out _))
        {
            return ApiProblem.BadParameters(new Dictionary<string, string> { ["rid"] = "expected a UUID." });
        }

        if (query.Errors.Count > 0)
        {
            return ApiProblem.BadParameters(query.Errors);
        }

        if (!sources.All.Any(each => each.Name == source))
        {
            return ApiProblem.Of(StatusCodes.Status404NotFound, "unknown-source", "There is no such source", "?source= names a source of the dashboard; without it the first one is meant.");
        }

        try
        {
            var told = new PingTold(source, slug, said.Kind, said.ExitCode, run is null ? null : Guid.ParseExact(run, "D"), await MessageAsync(context));
            return await store.KeepAsync(told, context.RequestAborted)
                ? TypedResults.Text("OK")
                : ApiProblem.Of(StatusCodes.Status409Conflict, "too-many-names", "There are too many names", $"A source has at most {PingRule.MostSlugs}; those silent for long are forgotten.");
        }
        catch (BadHttpRequestException cause)
        {
            return ApiProblem.OfStatus(cause.StatusCode);
        }
        catch (Exception cause) when (cause is NpgsqlException or TimeoutException)
        {
            context.Response.Headers.RetryAfter = "5";
            return ApiProblem.Of(StatusCodes.Status503ServiceUnavailable, "own-database-away", "Nothing can be kept now", "The dashboard's own database does not answer; ping again after the time in Retry-After.");
        }
    }

    // The beginning of what was sent along; the rest is read by nobody.
    private static async Task<string?> MessageAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MostSent;
        }

        var bytes = new byte[PingRule.MostBytes];
        var read = await context.Request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, context.RequestAborted);
        var text = Encoding.UTF8.GetString(bytes, 0, read).Trim();
        return text.Length == 0 ? null : text;
    }
}

/// <summary>Who pinged.</summary>
/// <param name="StaleSince">Since when the dashboard's own database has been away; null while it answers.</param>
/// <param name="Pings">By source and name.</param>
public sealed record PingsWire(DateTimeOffset? StaleSince, IReadOnlyList<PingWire> Pings)
{
    internal static PingsWire Of(PingsSnapshot snapshot, string? source) =>
        new(snapshot.StaleSince, [.. snapshot.Pings.Where(ping => source is null || ping.Source == source).Select(PingWire.Of)]);
}

/// <summary>One program that pings.</summary>
/// <param name="Source">Of the source.</param>
/// <param name="Slug">Its name.</param>
/// <param name="State">Where it stands, as far as it said.</param>
/// <param name="LastAt">When it was heard of last.</param>
/// <param name="StartedAt">When the run began that it is in.</param>
/// <param name="TookS">How long its last run took, in seconds.</param>
/// <param name="ExitCode">The exit code of its last run.</param>
/// <param name="SucceededAt">When a run ended well last.</param>
/// <param name="FailedAt">When a run failed last.</param>
/// <param name="Message">What it sent along last, without secrets.</param>
public sealed record PingWire(
    string Source, string Slug, PingState State, DateTimeOffset LastAt, DateTimeOffset? StartedAt, double? TookS, int? ExitCode, DateTimeOffset? SucceededAt, DateTimeOffset? FailedAt, string? Message)
{
    internal static PingWire Of(Ping ping) =>
        new(ping.Source, ping.Slug, ping.State, ping.LastAt, ping.StartedAt, ping.Took?.TotalSeconds, ping.ExitCode, ping.SucceededAt, ping.FailedAt, ping.Message);
}
