using Dashboard.Core.Feeds;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Web.Api;

namespace Dashboard.Web.Verdicts;

/// <summary>The verdict a request is about, or the answer why there is none.</summary>
internal static class AskedVerdict
{
    /// <summary>The newest verdict of the source that is asked for.</summary>
    /// <param name="context">The request.</param>
    /// <param name="directory">The sources.</param>
    /// <param name="verdicts">Their verdicts.</param>
    /// <param name="problem">Why there is none.</param>
    /// <param name="known">What else may stand in the query.</param>
    public static VerdictSnapshot? Find(HttpContext context, SourceDirectory directory, SourceFeeds<VerdictSnapshot> verdicts, out IResult? problem, params string[] known)
    {
        if (Source(context, directory, out problem, known) is not { } source)
        {
            return null;
        }

        var said = verdicts.Of(source.Name).Newest;
        if (said.AsOf is not null)
        {
            return said;
        }

        context.Response.Headers.RetryAfter = "2";
        problem = ApiProblem.NotReadYet(source.Name, null);
        return null;
    }

    /// <summary>The source that is asked for.</summary>
    public static Source? Source(HttpContext context, SourceDirectory directory, out IResult? problem, params string[] known)
    {
        var query = new QueryReader(context.Request.Query, ["source", .. known]);
        var name = query.Text("source");
        if (query.Errors.Count > 0)
        {
            problem = ApiProblem.BadParameters(query.Errors);
            return null;
        }

        problem = null;
        if (directory.Find(name) is { } source)
        {
            return source;
        }

        problem = ApiProblem.UnknownSource(name ?? "", directory.All.Select(each => each.Name));
        return null;
    }
}
