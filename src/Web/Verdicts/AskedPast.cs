using Dashboard.Core.Ledger;
using Dashboard.Core.Sources;
using Dashboard.Web.Api;
using Npgsql;

namespace Dashboard.Web.Verdicts;

/// <summary>The moment a request is about, or the answer why it cannot be told.</summary>
internal static class AskedPast
{
    /// <summary>What was kept of the moment in the parameter <c>at</c>, of the source that is asked for; something was said then.</summary>
    /// <param name="context">The request.</param>
    /// <param name="directory">The sources.</param>
    /// <param name="ledger">Where it is kept.</param>
    /// <param name="known">What else may stand in the query.</param>
    public static async Task<(PastMoment? Past, IResult? Problem)> FindAsync(HttpContext context, SourceDirectory directory, ILedgerReader ledger, params string[] known)
    {
        if (AskedVerdict.Source(context, directory, out var problem, ["at", .. known]) is not { } source)
        {
            return (null, problem);
        }

        var query = new QueryReader(context.Request.Query, ["source", "at", .. known]);
        if (query.Instant("at") is not { } at)
        {
            return (null, ApiProblem.BadParameters(query.Errors));
        }

        try
        {
            var past = await ledger.AtAsync(source.Name, at, context.RequestAborted);
            return past.Said is { } said
                ? (past with { Said = said with { Source = source.Name } }, null)
                : (null, ApiProblem.Of(StatusCodes.Status404NotFound, "not-kept", "That moment was not kept", past.KeptSince is { } since ? $"What was said is kept since {since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}." : "Nothing that was said is kept yet."));
        }
        catch (Exception cause) when (cause is NpgsqlException or TimeoutException)
        {
            return (null, ApiProblem.Of(StatusCodes.Status503ServiceUnavailable, "own-database-away", "The ledger is out of reach", "The dashboard's own database does not answer."));
        }
    }
}
