namespace Dashboard.Web.Security;

/// <summary>Which addresses are for other programs: they answer 401 and problem details where a page would lead to the login.</summary>
internal static class Machines
{
    private static readonly PathString[] Paths = ["/api", "/hubs", "/openapi", "/health", "/_blazor", "/ping", "/nagios", "/metrics", "/monitoring", "/badge", "/badge.json", "/badge.svg", "/feed.atom"];

    public static bool Path(PathString path) =>
        Array.Exists(Paths, start => path.StartsWithSegments(start, StringComparison.OrdinalIgnoreCase))
        || (path.Value is { } value && value.StartsWith("/__", StringComparison.Ordinal));
}
