using System.Globalization;
using System.Text;
using Dashboard.Core.Jobs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Monitoring;

/// <summary>One job as <c>--list-jobs</c> prints it.</summary>
internal static class JobListText
{
    private static readonly string Heading = $"=== JOB {new string('=', 72)}\n";

    /// <summary>Appends it; the exception that ends the program in the middle of it, or null.</summary>
    public static SchedulerError? Append(StringBuilder text, JobDefinition job, JobRow? row, DateTimeOffset now)
    {
        text.Append(Heading);
        Line(text, "Class:", job.ClassPath ?? "");
        Line(text, "App name:", job.Name);
        Line(text, "Frequency:", Frequency(job.Schedule));
        if (row is null)
        {
            text.Append("*NO PREVIOUS RUN INFO*\n");
            return null;
        }

        if (Instant(row.Ongoing) is { } locked)
        {
            // Its own fault: the two moments are the wrong way round, so every lock of the past is 0 seconds old.
            Line(text, "Ongoing now!", $"Started {TimeSince.Words(now, locked)} ago");
        }

        Line(text, "Last run:", Instant(row.LastRun) is { } last ? $"{At(last)}({TimeSince.Words(last, now)} ago)" : "none");
        Line(text, "Last success:", Instant(row.LastSuccess) is { } success ? $"{At(success)}({TimeSince.Words(success, now)} ago)" : "no previous successful run");
        Line(text, "Next run:", Instant(row.NextRun) is not { } next ? "none" : now > next ? $"{At(next)}(was {TimeSince.Words(next, now)} ago)" : $"{At(next)}(in {TimeSince.Words(now, next)})");
        return LastError(text, row);
    }

    private static SchedulerError? LastError(StringBuilder text, JobRow row)
    {
        if (row.LastError is null || row.LastError.AsSpan().Trim() is "{}" or "null" or "[]" or "\"\"" or "0" or "false")
        {
            text.Append('\n');
            return null;
        }

        Line(text, "Error!!", $"({row.ErrorCount ?? "None"} times)");
        text.Append("Traceback (most recent call last):\n");
        var traceback = LastErrorField.Of(row.LastError, "traceback");
        if (traceback.Error is not null)
        {
            return traceback.Error;
        }

        text.Append(traceback.Value).Append(traceback.Value.EndsWith('\n') ? "" : " ");
        var type = LastErrorField.Of(row.LastError, "type");
        if (type.Error is not null)
        {
            return type.Error;
        }

        text.Append(type.Value).Append(": ");
        var value = LastErrorField.Of(row.LastError, "value");
        if (value.Error is not null)
        {
            return value.Error;
        }

        text.Append(value.Value).Append("\n\n");
        return null;
    }

    private static string Frequency(Schedule? schedule) => schedule is null ? "" : schedule.HasTime ? $"{schedule.Frequency} @ {schedule.Time}" : schedule.Frequency;

    private static void Line(StringBuilder text, string label, string value) => text.Append(label.PadRight(15)).Append(' ').Append(value).Append('\n');

    private static string At(DateTimeOffset moment) => $"{moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture).PadRight(20)} ";

    private static DateTimeOffset? Instant(string? text) => text is not null && ObservedCells.TryInstant(text, out var moment) ? moment : null;
}
