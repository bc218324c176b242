using System.Text.Json;
using Dashboard.Core.Jobs;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Monitoring;

/// <summary>One field of <c>last_error</c> as Python finds it with <c>row['last_error']['type']</c> and pastes it with <c>%s</c>.</summary>
internal static class LastErrorField
{
    /// <summary>The field's text, or Python's complaint about what stands there instead.</summary>
    public static Answer<string> Of(string? lastError, string field)
    {
        if (lastError is null)
        {
            return new SchedulerError("TypeError", "'NoneType' object is not subscriptable");
        }

        try
        {
            using var json = JsonDocument.Parse(lastError);
            return json.RootElement.ValueKind switch
            {
                JsonValueKind.Object => OfObject(json.RootElement, field),
                JsonValueKind.Array => new SchedulerError("TypeError", "list indices must be integers or slices, not str"),
                JsonValueKind.String => new SchedulerError("JSONDecodeError", "Expecting value: line 1 column 1 (char 0)"),
                JsonValueKind.Null => new SchedulerError("TypeError", "'NoneType' object is not subscriptable"),
                JsonValueKind.True or JsonValueKind.False => new SchedulerError("TypeError", "'bool' object is not subscriptable"),
                _ => new SchedulerError("TypeError", json.RootElement.GetRawText().AsSpan().ContainsAny(".eE") ? "'float' object is not subscriptable" : "'int' object is not subscriptable"),
            };
        }
        catch (JsonException)
        {
            // A column of type json cannot hold this; a text column can, and then psycopg2 gives a str.
            return new SchedulerError("JSONDecodeError", "Expecting value: line 1 column 1 (char 0)");
        }
    }

    private static Answer<string> OfObject(JsonElement error, string field)
    {
        JsonElement? found = null;
        foreach (var each in error.EnumerateObject().Where(each => each.NameEquals(field)))
        {
            found = each.Value;
        }

        return found is not { } value ? new SchedulerError("KeyError", PythonText.Repr(field)) : value.ValueKind switch
        {
            // Not GetString(): it refuses lone surrogates, which Python writes without a thought.
            JsonValueKind.String => new LiteralReader(value.GetRawText()).TakeString(out _) ?? string.Empty,
            JsonValueKind.Null => "None",
            JsonValueKind.True => "True",
            JsonValueKind.False => "False",
            _ => value.GetRawText(),
        };
    }
}
