using System.Text.Json;
using Dashboard.Core.Retries;

namespace Dashboard.Web.Commands;

/// <summary>One event as one line of JSON, by the names of the field.</summary>
internal static class EventLine
{
    private static readonly JsonSerializerOptions Snake = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(RetryEvent told) => JsonSerializer.Serialize(
        new
        {
            id = told.Id,
            at = told.At,
            source = told.Source,
            host = told.Host,
            process = told.Process,
            thread = told.Thread,
            app_name = told.AppName,
            run_id = told.RunId,
            resource = told.Resource,
            backend = told.Backend,
            executor = RetryWords.Of(told.Executor),
            attempt = told.Attempt,
            outcome = RetryWords.Of(told.Outcome),
            exc_type = told.ExceptionType,
            exc_value = told.ExceptionValue,
            code = told.Code,
            @class = told.Class is { } kind ? RetryWords.Of(kind) : null,
            delay_s = told.Delay?.TotalSeconds,
            next_attempt_at = told.NextAttemptAt,
        },
        Snake);
}
