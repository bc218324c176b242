using System.Globalization;
using System.Text.Json;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Jobs;

/// <summary>A row of the state table as the database spelt it. Two equal rows are the same <see cref="Job"/>.</summary>
internal sealed record JobRow(
    string Name,
    string? NextRun,
    string? FirstRun,
    string? LastRun,
    string? LastSuccess,
    string? Ongoing,
    string? ErrorCount,
    string? DependsOn,
    string? LastError)
{
    /// <summary>The most of <c>last_error</c> that is read, in characters. The longest seen in the wild is 74,000.</summary>
    public const int LongestError = 1 << 20;

    /// <summary>What the row says. A cell that makes no sense is null, and its text stands in <see cref="Job.Unreadable"/>.</summary>
    public Job ToJob()
    {
        var unreadable = new Dictionary<string, string>(StringComparer.Ordinal);
        var job = new Job
        {
            Name = Name,
            NextRun = Instant("next_run", NextRun, unreadable),
            FirstRun = Instant("first_run", FirstRun, unreadable),
            LastRun = Instant("last_run", LastRun, unreadable),
            LastSuccess = Instant("last_success", LastSuccess, unreadable),
            Ongoing = Instant("ongoing", Ongoing, unreadable),
            ErrorCount = Number("error_count", ErrorCount, unreadable),
            DependsOn = Names("depends_on", DependsOn, unreadable),
            LastError = Error("last_error", LastError, unreadable),
        };
        return unreadable.Count == 0 ? job : job with { Unreadable = unreadable };
    }

    private static DateTimeOffset? Instant(string column, string? text, Dictionary<string, string> unreadable)
    {
        if (text is null)
        {
            return null;
        }

        if (ObservedCells.TryInstant(text, out var instant))
        {
            return instant;
        }

        unreadable[column] = text;
        return null;
    }

    private static int Number(string column, string? text, Dictionary<string, string> unreadable)
    {
        var number = 0;
        if (text is not null && !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number))
        {
            unreadable[column] = text;
        }

        return number;
    }

    // crontabber has text[], sent as a JSON array; Socorro has a text of names between commas, sent as a JSON string.
    private static string[] Names(string column, string? json, Dictionary<string, string> unreadable)
    {
        if (json is null or "[]")
        {
            return [];
        }

        try
        {
            using var value = JsonDocument.Parse(json);
            switch (value.RootElement.ValueKind)
            {
                case JsonValueKind.String:
                    return value.RootElement.GetString()!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                case JsonValueKind.Array when value.RootElement.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String):
                    return [.. value.RootElement.EnumerateArray().Select(name => name.GetString()!)];
            }
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException)
        {
            // Not JSON, or a string no text can hold: said below.
        }

        unreadable[column] = json;
        return [];
    }

    private static JobError? Error(string column, string? text, Dictionary<string, string> unreadable)
    {
        var cut = text?.Length > LongestError;
        var error = LastErrorReading.Of(cut ? text![..LongestError] : text, cut);
        if (error is { Readable: false })
        {
            unreadable[column] = error.Value;
        }

        return error;
    }
}
