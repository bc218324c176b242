using System.Globalization;
using System.Text;
using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Runner;

/// <summary>
/// What a job was ended by, in crontabber's shapes: <c>repr(class)</c>, <c>str(exception)</c> and the frames in <c>last_error</c>, and
/// <c>repr(exception)</c> in the log. Without secrets, for both tables are read by many.
/// </summary>
/// <param name="Error">For <c>last_error</c>.</param>
/// <param name="Value">For <c>exc_value</c>: <c>TimeoutException('text')</c>.</param>
public sealed record RunFailure(JobError Error, string Value)
{
    /// <summary>A message or a traceback longer than this is cut, in characters.</summary>
    public const int Longest = 100_000;

    /// <summary>For <c>exc_type</c>.</summary>
    public string Type => $"<class '{Error.Type}'>";

    /// <summary>For <c>exc_traceback</c>, which as a text can hold no NUL.</summary>
    public string Traceback => Error.Traceback;

    /// <summary>What an exception is to the tables.</summary>
    public static RunFailure Of(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var cause = exception is AggregateException { InnerExceptions: [var only] } ? only : exception;
        // Secrets first: half of one that was cut is not known for one any more.
        var message = Cut(Redaction.Of(cause.Message));
        var frames = Storable(Cut(Redaction.Of(cause.StackTrace is { Length: > 0 } trace ? trace + "\n" : string.Empty)));
        return new RunFailure(new JobError(cause.GetType().FullName ?? cause.GetType().Name, message, frames), Repr(cause.GetType().Name, message));
    }

    /// <summary>What an exception of crontabber's own is to the tables.</summary>
    public static RunFailure Of(SchedulerError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new RunFailure(new JobError(error.Type, error.Message, string.Empty), Repr(error.Type, error.Message));
    }

    /// <summary><c>last_error</c> as <c>json.dumps</c> writes it: <c>{}</c> for fine.</summary>
    public static string Json(JobError? error)
    {
        if (error is null)
        {
            return "{}";
        }

        var json = new StringBuilder();
        Append(json.Append("{\"type\": "), $"<class '{error.Type}'>");
        Append(json.Append(", \"value\": "), error.Value);
        Append(json.Append(", \"traceback\": "), error.Traceback);
        return json.Append('}').ToString();
    }

    // repr() spells what a text column cannot hold.
    private static string Repr(string type, string message) => $"{type}({(message.Length == 0 ? "" : PythonText.Repr(Redaction.Of(message)))})";

    private static string Cut(string text) => text.Length <= Longest ? text : text[..Longest] + "…";

    private static string Storable(string text) => text.Replace("\0", "\\0", StringComparison.Ordinal);

    private static void Append(StringBuilder json, string text)
    {
        json.Append('"');
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' => json.Append("\\\""),
                '\\' => json.Append(@"\\"),
                '\n' => json.Append(@"\n"),
                '\r' => json.Append(@"\r"),
                '\t' => json.Append(@"\t"),
                < ' ' or > '~' => json.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => json.Append(character),
            };
        }

        json.Append('"');
    }
}
