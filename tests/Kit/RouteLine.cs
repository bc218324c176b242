using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Kit;

/// <summary>An address of the running program, with every method it takes.</summary>
/// <param name="Pattern">As it was mapped, with a slash in front.</param>
/// <param name="Policy">What it asks for: <c>open</c>, the policy's name, or null when it says nothing or more than one.</param>
/// <param name="Methods">Its methods; GET and PUT where it takes any.</param>
/// <param name="IsFile">Whether it is a file.</param>
public sealed partial record RouteLine(string Pattern, string? Policy, IReadOnlyList<string> Methods, bool IsFile)
{
    // What takes all that nothing else takes is met only where nothing else is.
    private const string Deep = "y/y/y/y/y";

    /// <summary>An address that fits the pattern.</summary>
    /// <param name="id">In place of an id.</param>
    /// <param name="text">In place of anything else.</param>
    public string Address(Guid id, string text = "x") =>
        Parameter().Replace(Pattern, parameter => parameter.Value.Contains(":guid", StringComparison.OrdinalIgnoreCase) ? id.ToString()
            : parameter.Value.StartsWith("{**", StringComparison.Ordinal) ? $"{text}/{Deep}" : text);

    /// <summary>Every address there is.</summary>
    public static IReadOnlyList<RouteLine> Of(RunningDashboard dashboard)
    {
        ArgumentNullException.ThrowIfNull(dashboard);
        return [.. dashboard.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(Of)];
    }

    private static RouteLine Of(RouteEndpoint endpoint) => new(
        "/" + endpoint.RoutePattern.RawText?.TrimStart('/'),
        endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null
            ? "open"
            : endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy).Distinct(StringComparer.Ordinal).ToList() is [{ } one] ? one : null,
        endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET", "PUT"],
        endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is not null);

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}
