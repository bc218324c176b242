using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;
using Dashboard.Core.Retries;

namespace Dashboard.Core.Ingest.Logs;

/// <summary>Whose log it is.</summary>
/// <param name="Source">The source its jobs belong to.</param>
/// <param name="Host">The machine that wrote it.</param>
public sealed record LogSubject(string Source, string Host)
{
    /// <summary>The zone of its times.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>The name of the job a class is, for a log names classes; the class itself when nobody knows.</summary>
    public Func<string, string> JobOf { get; init; } = static job => job;

    /// <summary>What kind of thing a resource's name speaks of.</summary>
    internal static string Backend(string resource) =>
        Any(resource, "connection_factory", "postgres", "psycopg", "pgbouncer") ? "postgres"
        : Any(resource, "boto", "s3") ? "s3"
        : Any(resource, "rabbitmq", "pika", "amqp") ? "rabbitmq"
        : Any(resource, "http", "hb.", "hbase") ? "http"
        : "unknown";

    /// <summary>An exception as it is kept: without secrets, and classified.</summary>
    internal static (string? Type, string? Value, FailureKind? Kind) Exception(string? type, string value)
    {
        if (type is null)
        {
            return (null, null, null);
        }

        var error = new JobError(type, value.TrimEnd(), "");
        var shown = error.Value.Length <= TracebackReading.LongestValue ? error.Value : error.Value[..TracebackReading.LongestValue];
        return (error.Type, shown, FailureKindRule.Of(error));
    }

    private static bool Any(string text, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (text.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
