using Dashboard.Core.Backfill;
using Dashboard.Core.Feeds;
using Dashboard.Core.Ledger;
using Dashboard.Core.Monitoring;
using Dashboard.Core.Monitoring.Metrics;
using Dashboard.Core.Retries;
using Dashboard.Core.Sources;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Web.Api;
using Dashboard.Web.Security;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Verdicts;

/// <summary>The verdict in the words of other programs' own protocols, each at the address they look at.</summary>
internal static class MonitoringEndpoints
{
    /// <summary>In which a check script finds its exit code.</summary>
    public const string NagiosHeader = "X-Nagios-Exit";

    public static IEndpointRouteBuilder MapMonitoring(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").RequireUnlessSaid(AccessPolicies.Viewer).RequireRateLimiting(Limits.ApiPolicy).ExcludeFromDescription();
        group.MapRead("/nagios", Nagios);
        group.MapRead("/metrics", Metrics);
        group.MapRead("/monitoring/crontabber/", Legacy);
        group.MapRead("/badge.json", Badge);
        group.MapRead("/badge.svg", Badge);
        group.MapRead("/badge/{app_name}.json", Badge);
        group.MapRead("/badge/{app_name}.svg", Badge);
        return routes;
    }

    private static IResult Nagios(HttpContext context, SourceDirectory directory, SourceFeeds<VerdictSnapshot> verdicts, SourceFeeds<StandingsSnapshot> standings)
    {
        if (AskedVerdict.Source(context, directory, out var problem, "healing") is not { } source)
        {
            return problem!;
        }

        var healing = context.Request.Query["healing"].ToString();
        if (healing is not ("" or "ok"))
        {
            return ApiProblem.BadParameters(new Dictionary<string, string> { ["healing"] = "expected ok, or nothing." });
        }

        // One moment for both: a verdict may be of rows that are older than the newest, never the other way round.
        var said = verdicts.Of(source.Name).Newest;
        var answer = VerdictText.Nagios(said, standings.Of(source.Name).Newest, healing == "ok");
        context.Response.Headers[NagiosHeader] = $"{answer.ExitCode}";
        context.Response.Headers.CacheControl = "no-store";
        return Results.Text(answer.Output);
    }

    private static IResult Metrics(
        HttpContext context,
        SourceDirectory directory,
        SourceFeeds<VerdictSnapshot> verdicts,
        SourceFeeds<StandingsSnapshot> standings,
        SourceFeeds<BacklogSnapshot> backlogs,
        Feed<RetriesSnapshot> retries,
        Feed<LedgerTotals> totals,
        Feed<StoresSnapshot> stores,
        StoreMeter meter,
        VerdictPulse pulse,
        MetricTally tally,
        IOptions<VerdictSettings> settings)
    {
        var sources = directory.All
            .Select(source => new MetricSource(verdicts.Of(source.Name).Newest, standings.Of(source.Name).Newest, backlogs.Of(source.Name).Newest, pulse.Of(source.Name)))
            .ToArray();
        var open = context.Request.Headers.Accept.Any(accept => accept?.Contains("application/openmetrics-text", StringComparison.OrdinalIgnoreCase) == true);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Vary = "Accept";
        var all = VerdictMetrics.Of(sources, retries.Newest, settings.Value, tally.Counted(), totals.Newest).Concat(StoreMetrics.Of(stores.Newest, meter.Totalled(), meter.Dropped));
        return Results.Text(MetricText.Write([.. all], open), open ? MetricText.OpenMetricsType : MetricText.PlainType);
    }

    private static IResult Legacy(HttpContext context, SourceDirectory directory, SourceFeeds<VerdictSnapshot> verdicts, SourceFeeds<StandingsSnapshot> standings)
    {
        if (AskedVerdict.Find(context, directory, verdicts, out var problem) is not { } said)
        {
            return problem!;
        }

        var answer = LegacyStatusWire.Of(said, standings.Of(said.Source).Newest);
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(answer, WireJson.Options, statusCode: answer.Status == LegacyStatusWire.AllGood ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult Badge(HttpContext context, SourceDirectory directory, SourceFeeds<VerdictSnapshot> verdicts)
    {
        if (AskedVerdict.Source(context, directory, out var problem) is not { } source)
        {
            return problem!;
        }

        var said = verdicts.Of(source.Name).Newest;
        var last = PathName.FromEnd(context, 0);
        var (name, svg) = (last[..last.LastIndexOf('.')], last.EndsWith(".svg", StringComparison.Ordinal));
        var whole = context.Request.RouteValues.ContainsKey("app_name") is false;
        var badge = whole ? VerdictBadge.Of(said) : said.Find(name) is { } verdict ? VerdictBadge.Of(verdict) : said.AsOf is null || said.State == VerdictState.Blind ? VerdictBadge.Blind(name) : null;
        if (badge is null)
        {
            return ApiProblem.UnknownJob(name, said.Source);
        }

        context.Response.Headers.CacheControl = "no-store";
        return svg ? Results.Text(badge.Svg(), "image/svg+xml") : Results.Json(badge, VerdictBadge.Json);
    }
}
