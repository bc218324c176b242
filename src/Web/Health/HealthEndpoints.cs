using System.Diagnostics;
using System.Reflection;
using Dashboard.Core.Database;
using Dashboard.Core.Feeds;
using Dashboard.Core.Sources;
using Dashboard.Web.Api;

namespace Dashboard.Web.Health;

/// <summary>
/// What a balancer, an orchestrator and Mozilla's Dockerflow ask. It is about the dashboard itself: a failing job or a database it observes that is out of
/// reach is what the dashboard is there to show, not a reason to restart it.
/// </summary>
internal static class HealthEndpoints
{
    public static IServiceCollection AddHealth(this IServiceCollection services) => services.AddSingleton<OwnDatabasePulse>();

    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("").AllowAnonymous().ExcludeFromDescription();
        health.MapGet("/__version__", () => Results.Json(VersionWire.Here, WireJson.Options));
        health.MapGet("/__lbheartbeat__", () => Results.Json(new { status = "ok" }, WireJson.Options));
        health.MapGet("/health/live", () => Results.Json(new { status = "ok" }, WireJson.Options));
        health.MapGet("/__heartbeat__", HeartbeatAsync);
        health.MapGet("/health/ready", ReadyAsync);
        return routes;
    }

    private static async Task<IResult> HeartbeatAsync(OwnDatabasePulse pulse, CancellationToken cancellationToken) =>
        Answer(new() { ["own_database"] = await pulse.CheckAsync(cancellationToken), ["runtime"] = CheckWire.Runtime });

    /// <summary>Ready once every source was tried: until then a page would show less than there is.</summary>
    private static async Task<IResult> ReadyAsync(OwnDatabasePulse pulse, SourceDirectory sources, SourceFeeds<SourceStatus> statuses, CancellationToken cancellationToken)
    {
        var untried = sources.All.Count(source => statuses.Of(source.Name).Newest.State == SourceState.Connecting);
        return Answer(new()
        {
            ["own_database"] = await pulse.CheckAsync(cancellationToken),
            ["sources"] = untried == 0 ? CheckWire.Ok : new CheckWire("error", $"{untried} of {sources.All.Count} not tried yet."),
        });
    }

    private static IResult Answer(Dictionary<string, CheckWire> checks)
    {
        var well = checks.Values.All(check => check.Status == CheckWire.Ok.Status);
        return Results.Json(
            new HealthWire(well ? "ok" : "error", checks), WireJson.Options, statusCode: well ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}

/// <summary>How the dashboard itself is.</summary>
/// <param name="Status"><c>ok</c> or <c>error</c>.</param>
/// <param name="Checks">What was looked at.</param>
public sealed record HealthWire(string Status, IReadOnlyDictionary<string, CheckWire> Checks);

/// <summary>One thing that was looked at.</summary>
/// <param name="Status"><c>ok</c> or <c>error</c>.</param>
/// <param name="Detail">More about it, without secrets.</param>
public sealed record CheckWire(string Status, string? Detail = null)
{
    /// <summary>Nothing to say.</summary>
    public static CheckWire Ok { get; } = new("ok");

    /// <summary>The process answers at all, or this would not be read; memory and threads for whoever looks.</summary>
    public static CheckWire Runtime =>
        new("ok", $".NET {Environment.Version}, {GC.GetTotalMemory(false) / 1024 / 1024} MiB managed, {ThreadPool.ThreadCount} pool threads, {ThreadPool.PendingWorkItemCount} waiting");
}

/// <summary>What is running, in Dockerflow's words.</summary>
public sealed record VersionWire(string Source, string Version, string Commit, string Build)
{
    /// <summary>This build: the version is the project's, the commit is what the build stamped, the build is the continuous integration's address or empty.</summary>
    public static VersionWire Here { get; } = Read();

    private static VersionWire Read()
    {
        var assembly = typeof(VersionWire).Assembly;
        var parts = (assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0").Split('+', 2);
        var build = assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(metadata => metadata.Key == "Build")?.Value ?? "";
        var source = assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(metadata => metadata.Key == "Source")?.Value ?? "";
        return new VersionWire(source, parts[0], parts.Length > 1 ? parts[1] : "", build);
    }
}
