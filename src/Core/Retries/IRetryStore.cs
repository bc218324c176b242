using System.Runtime.InteropServices;

namespace Dashboard.Core.Retries;

/// <summary>Keeps what was told, in the dashboard's own records: once, however often it is delivered.</summary>
public interface IRetryStore
{
    /// <summary>Keeps all of it in one transaction, or nothing; returns after the commit.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The own database does not answer; nothing was kept, or all of it (deliver it again).</exception>
    Task<RetryReceipt> KeepAsync(RetryBatch batch, CancellationToken cancellationToken);
}

/// <summary>What is delivered at once.</summary>
public sealed record RetryBatch
{
    /// <summary>Makes a second delivery of <see cref="Counts"/> harmless, which have no ids of their own; null when it never comes twice.</summary>
    public Guid? Id { get; init; }

    /// <summary>Events, in the order in which each thread told them.</summary>
    public IReadOnlyList<RetryEvent> Events { get; init; } = [];

    /// <summary>Attempts that are no events.</summary>
    public IReadOnlyList<AttemptCount> Counts { get; init; } = [];

    /// <summary>Ticks that began, are alive, or ended.</summary>
    public IReadOnlyList<Ticks.Tick> Ticks { get; init; } = [];

    /// <summary>How far a followed log was read with this batch; null for anything but a log.</summary>
    public LogPosition? Position { get; init; }
}

/// <summary>How far a log was read: kept in the transaction that keeps what was read, which makes it exactly once.</summary>
/// <param name="Log">The log: host and path as given.</param>
/// <param name="File">The file behind the path: device and inode, and a hash of its first line, for a number may be used again.</param>
/// <param name="Offset">Bytes read.</param>
/// <param name="State">What the reader was in the middle of; opaque.</param>
/// <param name="Lines">Lines read with this batch.</param>
/// <param name="Unreadable">Of these, lines that nobody could read.</param>
/// <param name="Samples">The first few of these, without secrets.</param>
public sealed record LogPosition(string Log, string File, long Offset, byte[] State, long Lines, long Unreadable, IReadOnlyList<string> Samples);

/// <summary>What became of a batch.</summary>
/// <param name="Kept">Events that are new.</param>
/// <param name="Known">Events that were there already.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RetryReceipt(int Kept, int Known);

/// <summary>How far each followed log was read.</summary>
public interface ILogPositions
{
    /// <summary>What was kept last of a log; null for one never read. Its lines and unreadable ones are those of all batches.</summary>
    Task<LogPosition?> ReadAsync(string log, CancellationToken cancellationToken);
}
