using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Dashboard.Core.Retries;

/// <summary>An event as JSON, by the names of the field: <c>id, at, source, …, next_attempt_at</c>.</summary>
public static class RetryEventJson
{
    private const int LongestName = 200;
    private static readonly DateTimeOffset Oldest = new(1990, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Reads one; unknown members are ignored.</summary>
    /// <param name="json">What should be an event.</param>
    /// <param name="errors">What is wrong with it, each with the member's name first; empty when nothing is.</param>
    /// <returns>The event; null when something is wrong.</returns>
    public static RetryEvent? Read(JsonElement json, out IReadOnlyList<string> errors)
    {
        var wrong = new List<string>();
        errors = wrong;
        if (json.ValueKind != JsonValueKind.Object)
        {
            wrong.Add("an event is an object");
            return null;
        }

        var id = Guid.Empty;
        if (Member(json, "id") is not { ValueKind: JsonValueKind.String } idText || !idText.TryGetGuid(out id))
        {
            wrong.Add("'id': a UUID is needed");
        }

        var at = Moment(json, "at", wrong);
        if (at is null && !wrong.Exists(text => text.StartsWith("'at'", StringComparison.Ordinal)))
        {
            wrong.Add("'at': a moment in ISO 8601 with its zone is needed");
        }

        var who = Teller(json, wrong);
        var backend = Name(json, "backend", wrong);
        if (!RetryWords.TryExecutor(Text(json, "executor", wrong), out var executor))
        {
            wrong.Add("'executor': the name of an executor's class is needed, such as TransactionExecutorWithInfiniteBackoff");
        }

        if (!RetryWords.TryOutcome(Text(json, "outcome", wrong), out var outcome))
        {
            wrong.Add($"'outcome': one of {string.Join(", ", Enum.GetValues<RetryOutcome>().Select(RetryWords.Of))} is needed");
        }

        var attempt = 0;
        if (Member(json, "attempt") is not { ValueKind: JsonValueKind.Number } number || !number.TryGetInt32(out attempt) || attempt < 1)
        {
            wrong.Add("'attempt': a whole number from 1 is needed");
        }

        var word = Text(json, "class", wrong);
        if (!RetryWords.TryClass(word, out var kind) && word is not null)
        {
            wrong.Add($"'class': one of {string.Join(", ", Enum.GetValues<Failures.FailureClass>().Select(RetryWords.Of))}, or null");
        }

        TimeSpan? delay = null;
        if (Member(json, "delay_s") is { } length)
        {
            if (length.ValueKind == JsonValueKind.Number && length.TryGetDouble(out var seconds) && seconds is >= 0 and <= 31_536_000)
            {
                delay = TimeSpan.FromSeconds(seconds);
            }
            else
            {
                wrong.Add("'delay_s': a number of seconds from 0 to a year, or null");
            }
        }

        var next = Moment(json, "next_attempt_at", wrong);
        var (app, run, type, value, code) = (Text(json, "app_name", wrong), Text(json, "run_id", wrong), Text(json, "exc_type", wrong), Text(json, "exc_value", wrong), Text(json, "code", wrong));
        return wrong.Count > 0
            ? null
            : new RetryEvent
            {
                Id = id,
                At = at!.Value,
                Who = who,
                AppName = app,
                RunId = run,
                Backend = backend,
                Executor = executor,
                Attempt = attempt,
                Outcome = outcome,
                ExceptionType = type,
                ExceptionValue = value,
                Code = code,
                Class = word is null ? null : kind,
                Delay = delay,
                NextAttemptAt = next,
            };
    }

    /// <summary>One as a line of JSON, for people too: what is no ASCII stands as it is.</summary>
    public static string Line(RetryEvent told)
    {
        var line = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(line, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(json, told);
        }

        return Encoding.UTF8.GetString(line.WrittenSpan);
    }

    /// <summary>Writes one.</summary>
    public static void Write(Utf8JsonWriter json, RetryEvent told)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(told);
        json.WriteStartObject();
        json.WriteString("id", told.Id);
        json.WriteString("at", told.At.UtcDateTime);
        json.WriteString("source", told.Who.Source);
        json.WriteString("host", told.Who.Host);
        json.WriteString("process", told.Who.Process);
        json.WriteString("thread", told.Who.Thread);
        json.WriteString("app_name", told.AppName);
        json.WriteString("run_id", told.RunId);
        json.WriteString("resource", told.Who.Resource);
        json.WriteString("backend", told.Backend);
        json.WriteString("executor", RetryWords.Of(told.Executor));
        json.WriteNumber("attempt", told.Attempt);
        json.WriteString("outcome", RetryWords.Of(told.Outcome));
        json.WriteString("exc_type", told.ExceptionType);
        json.WriteString("exc_value", told.ExceptionValue);
        json.WriteString("code", told.Code);
        json.WriteString("class", told.Class is { } kind ? RetryWords.Of(kind) : null);
        if (told.Delay is { } delay)
        {
            json.WriteNumber("delay_s", delay.TotalSeconds);
        }
        else
        {
            json.WriteNull("delay_s");
        }

        if (told.NextAttemptAt is { } next)
        {
            json.WriteString("next_attempt_at", next.UtcDateTime);
        }
        else
        {
            json.WriteNull("next_attempt_at");
        }

        json.WriteEndObject();
    }

    private static JsonElement? Member(JsonElement json, string name) => json.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

    private static string? Text(JsonElement json, string name, List<string> wrong)
    {
        if (Member(json, name) is not { } member)
        {
            return null;
        }

        try
        {
            if (member.ValueKind == JsonValueKind.String)
            {
                return member.GetString();
            }
        }
        catch (InvalidOperationException)
        {
            // Half a pair of surrogates, escaped.
        }

        wrong.Add($"'{name}': a text, or null");
        return null;
    }

    private static RetryTeller Teller(JsonElement json, List<string> wrong) => new(
        Name(json, "source", wrong), Name(json, "host", wrong), Name(json, "process", wrong), Name(json, "thread", wrong), Name(json, "resource", wrong));

    // Empty when something is wrong with it, which is noted.
    private static string Name(JsonElement json, string name, List<string> wrong)
    {
        var before = wrong.Count;
        var text = Text(json, name, wrong);
        if (text is { Length: > 0 and <= LongestName })
        {
            return text;
        }

        if (wrong.Count == before)
        {
            wrong.Add(string.Create(CultureInfo.InvariantCulture, $"'{name}': a text of 1 to {LongestName} characters is needed"));
        }

        return "";
    }

    private static DateTimeOffset? Moment(JsonElement json, string name, List<string> wrong)
    {
        if (Member(json, name) is not { } member)
        {
            return null;
        }

        // Without a zone nobody knows when it was.
        if (member.ValueKind == JsonValueKind.String && member.TryGetDateTimeOffset(out var moment) && HasZone(member.GetString()!) && moment > Oldest && moment.Year < 2200)
        {
            return moment;
        }

        wrong.Add($"'{name}': a moment in ISO 8601 with its zone, such as 2014-06-08T03:23:53.101Z, from 1990 on");
        return null;
    }

    private static bool HasZone(string text) => text.EndsWith('Z') || (text.Length > 6 && text[^6] is ('+' or '-') && text[^3] == ':');
}
