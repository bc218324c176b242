using System.Globalization;
using System.Reflection;
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
    /// <summary>Of a message or a traceback longer than this the middle is left out, in characters.</summary>
    public const int Longest = 100_000;

    private const int MostCauses = 10;

    /// <summary>For <c>exc_type</c>.</summary>
    public string Type => $"<class '{Error.Type}'>";

    /// <summary>For <c>exc_traceback</c>, which as a text can hold no NUL.</summary>
    public string Traceback => Error.Traceback;

    /// <summary>What an exception is to the tables; of wrappings that say nothing themselves, what they wrap is.</summary>
    /// <remarks>The frames are as .NET writes them, nearest first, without class and message; then those of each cause.</remarks>
    public static RunFailure Of(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var said = exception;
        while (said is AggregateException { InnerExceptions.Count: 1 } or TargetInvocationException or TypeInitializationException && said.InnerException is { } inner)
        {
            said = inner;
        }

        // Secrets first: half of one that was cut is not known for one any more.
        var name = Name(said.GetType());
        var message = Cut(Redaction.Of(said.Message));
        return new RunFailure(new JobError(name, message, Storable(Cut(Redaction.Of(Frames(said))))), Repr(name[(name.LastIndexOf('.') + 1)..], message));
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

    // Dashboard.Jobs.Outer.Inner, without the `1 and brackets of generics.
    private static string Name(Type type) => ((type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName ?? type.Name).Replace('+', '.');

    private static string Frames(Exception exception)
    {
        var text = new StringBuilder(exception.StackTrace);
        var cause = exception.InnerException;
        for (var causes = 0; cause is not null && causes < MostCauses; causes++, cause = cause.InnerException)
        {
            text.Append(text.Length == 0 ? "" : "\n").Append(" ---> ").Append(Name(cause.GetType())).Append(": ").Append(cause.Message);
            if (cause.StackTrace is { } frames)
            {
                text.Append('\n').Append(frames);
            }
        }

        return text.Length == 0 ? "" : text.Replace("\r\n", "\n").Append('\n').ToString();
    }

    // A line that says what is wrong may be the first or the last.
    private static string Cut(string text)
    {
        if (text.Length <= Longest)
        {
            return text;
        }

        var left = string.Create(CultureInfo.InvariantCulture, $"\n… {text.Length - Longest:N0} characters left out …\n");
        var (first, last) = (Longest / 2, text.Length - (Longest / 2));
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[first - 1]) ? first - 1 : first), left, text.AsSpan(char.IsLowSurrogate(text[last]) ? last + 1 : last));
    }

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
