namespace Dashboard.Core.Ingest.Logs;

/// <summary>How loud a line is.</summary>
public enum LogLevel
{
    /// <summary>For whoever works on the program.</summary>
    Debug,

    /// <summary>What happens.</summary>
    Info,

    /// <summary>What should not have happened.</summary>
    Warning,

    /// <summary>What failed.</summary>
    Error,

    /// <summary>What an executor says of a failed attempt.</summary>
    Critical,
}

/// <summary>
/// One line of a log that Python's <c>logging</c> wrote in one of the shapes crontabber and Socorro configure, split without copying:
/// <c>asctime LEVEL - thread -  - thread - message</c>, <c>… - app -  - thread - message</c>, <c>… - thread - message</c>,
/// <c>… - app - logger.name - message</c>. One pass over the line, whatever stands in it.
/// </summary>
public readonly ref struct LogLine
{
    // 2014-06-08 03:23:53,101 and a blank
    private const int TimeLength = 23;
    private const int Shortest = TimeLength + 1 + 4 + 3;

    private LogLine(ReadOnlySpan<byte> time, LogLevel level, ReadOnlySpan<byte> app, ReadOnlySpan<byte> thread, ReadOnlySpan<byte> message)
    {
        Time = time;
        Level = level;
        App = app;
        Thread = thread;
        Message = message;
    }

    /// <summary>The 23 bytes of the time, digits where digits belong; whether there is such a day, <see cref="LogClock"/> tells.</summary>
    public ReadOnlySpan<byte> Time { get; }

    /// <summary>Its level.</summary>
    public LogLevel Level { get; }

    /// <summary>The program, where the shape names one; empty otherwise.</summary>
    public ReadOnlySpan<byte> App { get; }

    /// <summary>The thread; the program where the shape names no thread.</summary>
    public ReadOnlySpan<byte> Thread { get; }

    /// <summary>What it says.</summary>
    public ReadOnlySpan<byte> Message { get; }

    /// <summary>Splits a line; false when it has none of the shapes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out LogLine parsed)
    {
        parsed = default;
        if (line.Length < Shortest || line[4] != '-' || line[TimeLength] != ' ' || !IsTime(line) || !TryLevel(line[(TimeLength + 1)..], out var level, out var length))
        {
            return false;
        }

        var rest = line[(TimeLength + 1 + length)..];
        if (!rest.StartsWith(" - "u8))
        {
            return false;
        }

        rest = rest[3..];
        var dash = rest.IndexOf(" - "u8);
        if (dash < 0)
        {
            parsed = new LogLine(line[..TimeLength], level, default, default, rest);
            return true;
        }

        var first = rest[..dash];
        var after = rest[(dash + 3)..];
        if (after.StartsWith(" - "u8))
        {
            // The wrapper put the thread before the message, behind what the format had put there already.
            after = after[3..];
            var second = after.IndexOf(" - "u8);
            parsed = second < 0
                ? new LogLine(line[..TimeLength], level, default, first, after)
                : new LogLine(line[..TimeLength], level, first.SequenceEqual(after[..second]) ? default : first, after[..second], after[(second + 3)..]);
            return true;
        }

        var logger = after.IndexOf(" - "u8);
        parsed = logger > 0 && IsLogger(after[..logger]) && !first.Contains((byte)' ')
            ? new LogLine(line[..TimeLength], level, first, first, after[(logger + 3)..])
            : new LogLine(line[..TimeLength], level, default, first, after);
        return true;
    }

    private static bool IsTime(ReadOnlySpan<byte> line)
    {
        var time = line[..TimeLength];
        if (time[7] != '-' || time[10] != ' ' || time[13] != ':' || time[16] != ':' || time[19] != ',')
        {
            return false;
        }

        for (var at = 0; at < TimeLength; at++)
        {
            if (at is not (4 or 7 or 10 or 13 or 16 or 19) && (uint)(time[at] - '0') > 9)
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryLevel(ReadOnlySpan<byte> text, out LogLevel level, out int length)
    {
        (level, length) = text[0] switch
        {
            (byte)'D' when text.StartsWith("DEBUG"u8) => (LogLevel.Debug, 5),
            (byte)'I' when text.StartsWith("INFO"u8) => (LogLevel.Info, 4),
            (byte)'E' when text.StartsWith("ERROR"u8) => (LogLevel.Error, 5),
            (byte)'C' when text.StartsWith("CRITICAL"u8) => (LogLevel.Critical, 8),
            (byte)'W' when text.StartsWith("WARNING"u8) => (LogLevel.Warning, 7),
            (byte)'W' when text.StartsWith("WARN"u8) => (LogLevel.Warning, 4),
            (byte)'F' when text.StartsWith("FATAL"u8) => (LogLevel.Critical, 5),
            _ => (LogLevel.Debug, 0),
        };
        return length > 0;
    }

    private static bool IsLogger(ReadOnlySpan<byte> text) => text.Contains((byte)'.') && !text.ContainsAny((byte)' ', (byte)':');
}
