using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace Dashboard.Web.Api;

/// <summary>Answers that are not what was asked for, as problem details (RFC 9457). The type is a stable name a program may compare.</summary>
internal static class ApiProblem
{
    private const string Names = "urn:crontabber-dashboard:problem:";

    public static ProblemHttpResult UnknownSource(string name, IEnumerable<string> known) =>
        Of(StatusCodes.Status404NotFound, "unknown-source", "There is no such source", $"No source is named '{name}'. Known: {string.Join(", ", known)}.");

    public static ProblemHttpResult UnknownJob(string name, string source) =>
        Of(StatusCodes.Status404NotFound, "unknown-job", "There is no such job", $"The source '{source}' has no job named '{name}'.");

    public static ProblemHttpResult NotReadYet(string source, string? trouble) => Of(
        StatusCodes.Status503ServiceUnavailable,
        "not-read-yet",
        "The source has not been read yet",
        trouble is null ? $"The source '{source}' is being connected; ask again in a moment." : $"The source '{source}' could not be read since the dashboard started: {trouble}");

    public static ProblemHttpResult BadParameters(IReadOnlyDictionary<string, string> expected) => Of(
        StatusCodes.Status400BadRequest,
        "bad-parameter",
        "A parameter is not what was expected",
        string.Join(" ", expected.Select(pair => $"'{pair.Key}': {pair.Value}")),
        new Dictionary<string, object?> { ["errors"] = expected.ToDictionary(pair => pair.Key, pair => new[] { pair.Value }) });

    public static ProblemHttpResult HistoryOutOfReach(string source) => Of(
        StatusCodes.Status503ServiceUnavailable, "history-out-of-reach", "The log cannot be read now", $"The source '{source}' did not answer; the rows of its jobs may still be shown, with their age.");

    /// <summary>For a status without a better name, a wrong method for instance.</summary>
    public static ProblemHttpResult OfStatus(int status) => Of(status, Slug(status), ReasonPhrases.GetReasonPhrase(status), status switch
    {
        StatusCodes.Status401Unauthorized => "No API key that works was sent: 'Authorization: Bearer KEY'. Make one with './run key create --name NAME'.",
        StatusCodes.Status403Forbidden => "This is not allowed to you, or the request came from another site.",
        StatusCodes.Status404NotFound => "There is nothing at this address; the document at /openapi/v1.json lists what there is.",
        StatusCodes.Status405MethodNotAllowed => "This address does not take that method; the Allow header names those it takes.",
        StatusCodes.Status415UnsupportedMediaType => "The body's content type is not understood here.",
        StatusCodes.Status429TooManyRequests => "Too many requests; the Retry-After header says when to come back.",
        StatusCodes.Status500InternalServerError => "The dashboard failed to answer; its log has the cause under this trace id.",
        _ => null,
    });

    public static ProblemHttpResult Of(int status, string name, string title, string? detail, IDictionary<string, object?>? extensions = null) =>
        TypedResults.Problem(new ProblemDetails
        {
            Status = status,
            Type = Names + name,
            Title = title,
            Detail = detail,
            Extensions = extensions ?? new Dictionary<string, object?>(),
        });

    private static string Slug(int status) => ReasonPhrases.GetReasonPhrase(status).ToLowerInvariant().Replace(' ', '-') is { Length: > 0 } slug ? slug : $"status-{status}";
}
