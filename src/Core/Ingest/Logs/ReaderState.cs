using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dashboard.Core.Retries;

namespace Dashboard.Core.Ingest.Logs;

/// <summary>All that a reader of a log is in the middle of, so that another can go on with the next line. Bounded.</summary>
internal sealed class ReaderState
{
    /// <summary>How many threads are remembered.</summary>
    public const int MostThreads = 1_024;

    /// <summary>The newest moment read.</summary>
    public DateTimeOffset Last { get; set; } = DateTimeOffset.MinValue;

    /// <summary>The process whose lines these are; null before the first.</summary>
    public ProcessState? Process { get; set; }

    /// <summary>The entry whose traceback may follow; null when there is none.</summary>
    public EntryState? Entry { get; set; }

    /// <summary>What the last line said, if it was one that no traceback belongs to.</summary>
    public LogSaying Said { get; set; }

    /// <summary>The thread that said it.</summary>
    public string? Speaker { get; set; }

    /// <summary>Threads that are in the middle of something, by name.</summary>
    public Dictionary<string, ThreadState> Threads { get; set; } = new(StringComparer.Ordinal);

    /// <summary>As bytes.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this);

    /// <summary>From bytes; a fresh one when another version wrote them.</summary>
    public static ReaderState Read(byte[] bytes)
    {
        try
        {
            return bytes.Length == 0 ? new ReaderState() : JsonSerializer.Deserialize<ReaderState>(bytes) ?? new ReaderState();
        }
        catch (JsonException)
        {
            return new ReaderState();
        }
    }
}

/// <summary>Where a line stands: what events are named by, so it names its file too, for what began in one may end in the next.</summary>
/// <param name="File">As of <see cref="LogPosition.File"/>.</param>
/// <param name="Offset">Where it begins.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LogPlace(string? File, long Offset);

/// <summary>One process, from its first line to the next one's.</summary>
internal sealed class ProcessState
{
    private string? name;

    public required string App { get; init; }

    public required DateTimeOffset Began { get; init; }

    /// <summary>Where its first line began.</summary>
    public LogPlace Place { get; set; }

    /// <summary>Still telling its version and configuration.</summary>
    public bool Starting { get; set; }

    /// <summary>It told its version.</summary>
    public bool Versioned { get; set; }

    /// <summary>It said that it is done, or died.</summary>
    public bool Ended { get; set; }

    /// <summary>What its configuration says of executors, by the beginning of the keys.</summary>
    public Dictionary<string, ExecutorSetting> Executors { get; set; } = new(StringComparer.Ordinal);

    public TickState? Tick { get; set; }

    /// <summary><c>crontabber/20141105T100000.123</c></summary>
    [JsonIgnore]
    public string Name => name ??= string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{App}/{Began.UtcDateTime:yyyyMMdd'T'HHmmss'.'fff}");
}

/// <summary>What a configuration says of one executor.</summary>
internal sealed class ExecutorSetting
{
    public ExecutorKind? Kind { get; set; }

    public List<double> Delays { get; set; } = [];
}

/// <summary>One invocation of a runner.</summary>
internal sealed class TickState
{
    public Guid Id { get; set; }

    public DateTimeOffset HeardAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    public int? ExitCode { get; set; }

    public string? Running { get; set; }

    public int Succeeded { get; set; }

    public int Failed { get; set; }

    public string? EndedBecause { get; set; }
}

/// <summary>An entry whose traceback is being read.</summary>
internal sealed class EntryState
{
    public LogSaying Saying { get; set; }

    public LogLevel Level { get; set; }

    public required string Thread { get; set; }

    public string? Resource { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary>Where its line began.</summary>
    public LogPlace Place { get; set; }

    public TracebackReading Traceback { get; set; } = new();

    /// <summary>Whether what follows was written by a process that died.</summary>
    public bool Death { get; set; }
}

/// <summary>One thread.</summary>
internal sealed class ThreadState
{
    /// <summary>The class of the job it is running; null between jobs.</summary>
    public string? Job { get; set; }

    /// <summary>Whether it ran any: then what it says besides is said by jobs.</summary>
    public bool RunsJobs { get; set; }

    public DateTimeOffset Heard { get; set; }

    /// <summary>A failure whose delay has not been read yet.</summary>
    public PendingFailure? Pending { get; set; }

    /// <summary>Its open streaks; one but where a transaction uses another resource.</summary>
    public List<OpenStreak> Streaks { get; set; } = [];

    /// <summary>Whether it can be forgotten.</summary>
    public bool Idle => !RunsJobs && Pending is null && Streaks.Count == 0;
}

/// <summary>A failed attempt before <c>retry in N seconds</c>.</summary>
internal sealed class PendingFailure
{
    public required string Resource { get; set; }

    public DateTimeOffset At { get; set; }

    public LogPlace Place { get; set; }

    public string? Type { get; set; }

    public string Value { get; set; } = "";
}

/// <summary>Failures of one resource in a row.</summary>
internal sealed class OpenStreak
{
    private string? backend;

    public required string Resource { get; set; }

    /// <summary>What kind of thing the resource is.</summary>
    [JsonIgnore]
    public string Backend => backend ??= LogSubject.Backend(Resource);

    public ExecutorKind Kind { get; set; }

    /// <summary>The configured delays in seconds; empty when not known.</summary>
    public List<double> Ladder { get; set; } = [];

    public string? Job { get; set; }

    public int Attempts { get; set; }

    /// <summary>The first delay, in seconds.</summary>
    public double? First { get; set; }

    /// <summary>The newest delay.</summary>
    public double? Delay { get; set; }

    public DateTimeOffset? Next { get; set; }

    public string? Type { get; set; }

    public string Value { get; set; } = "";

    /// <summary>The last attempt allowed has failed: of N delays the limited executor makes N attempts, and waits the last delay for nothing.</summary>
    public bool Exhausted => Kind == ExecutorKind.Limited && Ladder.Count > 0 && Attempts >= Ladder.Count;

    /// <summary>Whether a failure followed by this delay goes on with this streak; otherwise another sequence has begun.</summary>
    public bool GoesOn(double? delay)
    {
        if (Exhausted)
        {
            return false;
        }

        if (delay is not { } next)
        {
            return true;
        }

        if (Ladder.Count > 0)
        {
            return next == Ladder[Math.Min(Attempts, Ladder.Count - 1)] || next != Ladder[0];
        }

        // Delays grow. The first one again so soon is a beginning; later it is a ladder of one step.
        return !(next < Delay || (next == First && Attempts == 1));
    }
}
