using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;
using Dashboard.Core.Sources;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Runs;

/// <summary>The columns of the log as a list needs them, and how a row of them becomes a <see cref="Run"/>.</summary>
internal static class LogRow
{
    /// <summary>A list shows this much of an exception.</summary>
    public const int ShortText = 400;

    /// <summary>This much of a message is read for the records, with the last frames of its traceback.</summary>
    public const int RecordedText = 4_000;

    /// <summary>This much of a traceback is read for the records, from its end, where Python writes the frame nearest to the error.</summary>
    public const int RecordedFrames = Fingerprint.LongestTraceback + 1_000;

    /// <summary>This much of a message or traceback is read when one run is looked at.</summary>
    public const int LongestText = 1 << 20;

    /// <summary>Whether the log has what a run cannot do without.</summary>
    public static bool IsReadable(ObservedRelation log) => log.Has("id") && log.Has("app_name") && log.Has("log_time");

    /// <summary>The columns <see cref="Read"/> expects.</summary>
    /// <param name="log">The log.</param>
    /// <param name="place">Whether its rows have a place.</param>
    /// <param name="text">How much of an exception to take; a traceback is taken only with <see cref="LongestText"/>, for it lies in other pages.</param>
    public static string Columns(ObservedRelation log, bool place, int text = ShortText) => $"""
        id::bigint, {(place ? "ctid" : "null::tid")}, app_name::text, {log.InstantSql("log_time")}, {log.TextSql("duration")}, {log.InstantSql("success")},
        {log.TextSql("exc_type", text + 1)}, {log.TextSql("exc_value", text + 1)}, {Traceback(log, text)}
        """;

    private static string Traceback(ObservedRelation log, int text) => text switch
    {
        LongestText => log.TextSql("exc_traceback", text + 1),
        RecordedText when log.Has("exc_traceback") && log.Has("success") => $"case when success is null then right(exc_traceback::text, {RecordedFrames}) end",
        _ => "null::text",
    };

    /// <summary>The runs a command finds.</summary>
    public static async Task<IReadOnlyList<Run>> AllAsync(NpgsqlCommand command, uint file, int text, CancellationToken cancellationToken)
    {
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var runs = new List<Run>();
        while (await row.ReadAsync(cancellationToken))
        {
            runs.Add(Read(row, file, text));
        }

        return runs;
    }

    /// <summary>The run a row tells of.</summary>
    public static Run Read(NpgsqlDataReader row, uint file, int text = ShortText)
    {
        var success = row.Text(5);
        var type = row.Text(6);
        var value = row.Text(7);
        return new Run
        {
            Id = row.GetInt64(0),
            Place = row.IsDBNull(1) ? null : Place(file, row.GetFieldValue<NpgsqlTid>(1)),
            Job = row.Text(2) ?? string.Empty,
            LogTime = LogTime(row.Text(3)),
            Duration = DurationReading.Of(row.Text(4)),
            Success = success is not null && ObservedCells.TryInstant(success, out var at) ? at : null,
            Outcome = success is not null ? RunOutcome.Success : type is not null || value is not null ? RunOutcome.Failure : RunOutcome.Unknown,
            Error = success is null && (type is not null || value is not null) ? Error(type ?? string.Empty, value ?? string.Empty, row.Text(8) ?? string.Empty, text) : null,
        };
    }

    /// <summary>When a row was written; what our calendar lacks is its first or last moment.</summary>
    public static DateTimeOffset LogTime(string? text)
    {
        if (text is not null && ObservedCells.TryInstant(text, out var instant))
        {
            return instant;
        }

        return text is null || text[0] == '-' || text.EndsWith(" BC", StringComparison.Ordinal) ? DateTimeOffset.MinValue : DateTimeOffset.MaxValue;
    }

    private static RunPlace Place(uint file, NpgsqlTid place) => new(file, place.BlockNumber, place.OffsetNumber);

    private static JobError Error(string type, string value, string traceback, int most)
    {
        var valueCut = value.Length > most;
        if (most == RecordedText)
        {
            return RecordedError.Of(type, valueCut ? value[..most] : value, traceback, valueCut);
        }

        var tracebackCut = traceback.Length > most;
        return new JobError(
            PythonClass.Name(type),
            PythonException.Message(valueCut ? value[..most] : value, valueCut),
            LiteralReader.Visible(tracebackCut ? traceback[..most] : traceback))
        {
            Cut = valueCut || tracebackCut,
        };
    }
}
