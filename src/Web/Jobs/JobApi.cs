namespace Dashboard.Web.Jobs;

/// <summary>The jobs for other programs, with crontabber's own field names.</summary>
internal static class JobApi
{
    public static IEndpointRouteBuilder MapJobs(this IEndpointRouteBuilder routes) => routes;
}
