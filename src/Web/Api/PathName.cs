using Microsoft.AspNetCore.Http.Features;

namespace Dashboard.Web.Api;

/// <summary>
/// A name that stands in the path as one percent-encoded segment. It is read from the request line itself: the server decodes every escape but %2F, so
/// in the decoded path a job named <c>a/b</c> and one named <c>a%2Fb</c> would look the same.
/// </summary>
internal static class PathName
{
    /// <summary>The decoded segment, counted from the end of the path.</summary>
    public static string FromEnd(HttpContext context, int segmentsAfter)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var end = target.AsSpan().IndexOfAny('?', '#');
        var path = (end < 0 ? target : target[..end]).TrimEnd('/');
        var segments = path.Split('/');
        return Uri.UnescapeDataString(segments[^(segmentsAfter + 1)]);
    }

    /// <summary>The name as a path segment.</summary>
    public static string Segment(string name) => Uri.EscapeDataString(name);
}
