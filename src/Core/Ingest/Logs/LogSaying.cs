namespace Dashboard.Core.Ingest.Logs;

/// <summary>What a line of a log says, of what matters here.</summary>
public enum LogSaying
{
    /// <summary>Anything else: of a job, of a worker.</summary>
    Other,

    /// <summary><c>app_name: crontabber</c>: a process begins.</summary>
    AppName,

    /// <summary><c>app_version: 0.18.1</c>.</summary>
    AppVersion,

    /// <summary><c>current configuration:</c>: it is listed next.</summary>
    Configuration,

    /// <summary><c>Running all jobs...</c>: Socorro's cronrun begins.</summary>
    RunningAll,

    /// <summary><c>X transaction error eligible for retry</c>, and a traceback.</summary>
    Eligible,

    /// <summary><c>Unrecoverable X transaction error</c>, and a traceback.</summary>
    Unrecoverable,

    /// <summary><c>Exception raised during X transaction</c>, of the executor that does not retry, and a traceback.</summary>
    Raised,

    /// <summary><c>retry in 10 seconds</c>.</summary>
    RetryIn,

    /// <summary><c>waiting for retry after failure in X transaction: 2sec of 10sec</c>.</summary>
    Waiting,

    /// <summary><c>about to run X</c>.</summary>
    AboutToRun,

    /// <summary><c>successfully ran X on …</c>.</summary>
    Ran,

    /// <summary><c>error when running X on …</c>, and a traceback.</summary>
    ErrorRunning,

    /// <summary><c>skipping X because …</c>.</summary>
    Skipping,

    /// <summary><c>Next job to work on is already ongoing</c>.</summary>
    Ongoing,

    /// <summary><c>done.</c>: the process ends.</summary>
    Done,
}

/// <summary>Tells what a message says, and takes out of it what it names.</summary>
public static class LogSayings
{
    private const int LongestName = 200;

    /// <summary>What a message says.</summary>
    public static LogSaying Of(ReadOnlySpan<byte> message)
    {
        if (message.IsEmpty)
        {
            return LogSaying.Other;
        }

        if (message.EndsWith(" transaction error eligible for retry"u8))
        {
            return LogSaying.Eligible;
        }

        return message[0] switch
        {
            (byte)'w' when message.StartsWith("waiting for retry "u8) => LogSaying.Waiting,
            (byte)'r' when message.StartsWith("retry in "u8) && message.EndsWith(" seconds"u8) => LogSaying.RetryIn,
            (byte)'a' when message.StartsWith("about to run "u8) => LogSaying.AboutToRun,
            (byte)'a' when message.StartsWith("app_name: "u8) => LogSaying.AppName,
            (byte)'a' when message.StartsWith("app_version: "u8) => LogSaying.AppVersion,
            (byte)'s' when message.StartsWith("successfully ran "u8) => LogSaying.Ran,
            (byte)'s' when message.StartsWith("skipping "u8) => LogSaying.Skipping,
            (byte)'e' when message.StartsWith("error when running "u8) => LogSaying.ErrorRunning,
            (byte)'c' when message.SequenceEqual("current configuration:"u8) => LogSaying.Configuration,
            (byte)'d' when message.SequenceEqual("done."u8) => LogSaying.Done,
            (byte)'N' when message.SequenceEqual("Next job to work on is already ongoing"u8) => LogSaying.Ongoing,
            (byte)'R' when message.SequenceEqual("Running all jobs..."u8) => LogSaying.RunningAll,
            (byte)'U' when message.StartsWith("Unrecoverable "u8) && message.EndsWith(" transaction error"u8) => LogSaying.Unrecoverable,
            (byte)'E' when message.StartsWith("Exception raised during "u8) && message.EndsWith(" transaction"u8) => LogSaying.Raised,
            _ => LogSaying.Other,
        };
    }

    /// <summary>The resource a message names; empty when it names none.</summary>
    public static ReadOnlySpan<byte> Resource(LogSaying saying, ReadOnlySpan<byte> message)
    {
        var name = saying switch
        {
            LogSaying.Eligible => message[..^" transaction error eligible for retry"u8.Length],
            LogSaying.Unrecoverable => Within(message, "Unrecoverable "u8, " transaction error"u8),
            LogSaying.Raised => Within(message, "Exception raised during "u8, " transaction"u8),
            LogSaying.Waiting when message.IndexOf(" transaction: "u8) is var end and > 0 => Within(message[..end], "waiting for retry after failure in "u8, default),
            _ => default,
        };

        // A name of dots is one somebody left out when quoting.
        return name.TrimStart((byte)'.').IsEmpty ? default : name[..Math.Min(name.Length, LongestName)];
    }

    /// <summary>The job a message names: the class in <c>&lt;class 'x.Y'&gt;</c>, or the name as it stands; empty when it names none.</summary>
    public static ReadOnlySpan<byte> Job(LogSaying saying, ReadOnlySpan<byte> message)
    {
        var rest = saying switch
        {
            LogSaying.AboutToRun => message["about to run "u8.Length..],
            LogSaying.Ran => message["successfully ran "u8.Length..],
            LogSaying.ErrorRunning => message["error when running "u8.Length..],
            LogSaying.Skipping => message["skipping "u8.Length..],
            _ => default,
        };
        if (rest.StartsWith("<class '"u8))
        {
            rest = rest[8..];
            var quote = rest.IndexOf("'>"u8);
            rest = quote < 0 ? rest : rest[..quote];
        }
        else if (rest.IndexOf((byte)' ') is var blank and >= 0)
        {
            rest = rest[..blank];
        }

        return rest[..Math.Min(rest.Length, LongestName)];
    }

    /// <summary>The seconds of <c>retry in 10 seconds</c>; null when that is no number.</summary>
    public static TimeSpan? Delay(ReadOnlySpan<byte> message) => Seconds(Within(message, "retry in "u8, " seconds"u8));

    /// <summary>How long it has waited, and of how long; null when the message does not say.</summary>
    public static (TimeSpan Waited, TimeSpan Of)? Waited(ReadOnlySpan<byte> message)
    {
        var colon = message.LastIndexOf(": "u8);
        var text = colon < 0 ? default : message[(colon + 2)..];
        var of = text.IndexOf("sec of "u8);
        return of > 0 && text.EndsWith("sec"u8) && of + 7 <= text.Length - 3 && Seconds(text[..of]) is { } waited && Seconds(text[(of + 7)..^3]) is { } whole ? (waited, whole) : null;
    }

    private static ReadOnlySpan<byte> Within(ReadOnlySpan<byte> message, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end) =>
        message.StartsWith(start) && message.EndsWith(end) && start.Length + end.Length <= message.Length ? message[start.Length..^end.Length] : default;

    private static TimeSpan? Seconds(ReadOnlySpan<byte> text) =>
        System.Buffers.Text.Utf8Parser.TryParse(text, out double seconds, out var read) && read == text.Length && seconds is >= 0 and <= 31_536_000 ? TimeSpan.FromSeconds(seconds) : null;
}
