using Dashboard.Core.Retries;
using Microsoft.Win32.SafeHandles;
using Npgsql;

namespace Dashboard.Core.Ingest.Logs;

/// <summary>
/// Reads a log file from where it was left to its end, or for ever: across rotation, where the old file is read to its end before the new one, and across
/// truncation. What was read is handed over with how far that was, in one transaction: after a crash at any moment nothing is missing and nothing is there
/// twice. A few hundred kilobytes of memory, whatever the size of the log.
/// </summary>
/// <param name="path">The log.</param>
/// <param name="subject">Whose log it is.</param>
/// <param name="positions">Where it was left.</param>
/// <param name="store">Who keeps what was read.</param>
/// <param name="clock">For waiting.</param>
public sealed class LogFollower(string path, LogSubject subject, ILogPositions positions, IRetryStore store, TimeProvider clock)
{
    private const int ChunkSize = 256 * 1024;

    // A position without events is worth a transaction from time to time.
    private const long MostUnkept = 64 * 1024 * 1024;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private readonly byte[] chunk = new byte[ChunkSize];
    private readonly string log = $"{subject.Host}:{path}";
    private long kept;
    private bool patient;

    /// <summary>How often a file that did not grow is looked at again.</summary>
    public TimeSpan Pace { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Told once when the store does not answer, with the reason; it is tried again until it does.</summary>
    public Action<string> Say { get; init; } = static _ => { };

    /// <summary>Told of every batch that was kept.</summary>
    public Action<RetryBatch, RetryReceipt> Kept { get; init; } = static (_, _) => { };

    /// <summary>Reads what there is. A last line without an end is left for the next time.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        var before = await positions.ReadAsync(log, cancellationToken);
        before = await FinishRotatedAsync(before, cancellationToken) ?? before;
        using var file = OpenFile(path);
        if (LogFileIdentity.Of(file) is not { } identity)
        {
            return;
        }

        var reader = Resume(before, identity, RandomAccess.GetLength(file));
        await ToTheEndAsync(file, reader, cancellationToken);
    }

    /// <summary>Reads what there is and what comes, until cancelled.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        patient = true;
        var before = await positions.ReadAsync(log, cancellationToken);
        before = await FinishRotatedAsync(before, cancellationToken) ?? before;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var file = await ComingAsync(cancellationToken);
            before = await FollowOneAsync(file, before, cancellationToken) ?? before;
        }
    }

    // Until it was replaced or emptied; what the next file goes on from.
    private async Task<LogPosition?> FollowOneAsync(SafeFileHandle file, LogPosition? before, CancellationToken cancellationToken)
    {
        string? identity;
        while ((identity = LogFileIdentity.Of(file)) is null)
        {
            if (IsReplaced(file))
            {
                return null;
            }

            await Task.Delay(Pace, clock, cancellationToken);
        }

        var reader = Resume(before, identity, RandomAccess.GetLength(file));
        var quietAfterRotation = false;
        while (true)
        {
            var from = reader.Offset;
            await ToTheEndAsync(file, reader, cancellationToken);
            if (LogFileIdentity.Of(file) != identity || RandomAccess.GetLength(file) < reader.Offset)
            {
                // Emptied and begun anew: what stood there before was read, or is gone.
                return await LeaveAsync(reader, cancellationToken);
            }

            // Whoever has the old one open may still write to it for a moment after it was renamed.
            var replaced = IsReplaced(file);
            if (replaced && quietAfterRotation && reader.Offset == from)
            {
                return await LeaveAsync(reader, cancellationToken);
            }

            quietAfterRotation = replaced;
            if (reader.Offset == from)
            {
                await Task.Delay(Pace, clock, cancellationToken);
            }
        }
    }

    private async Task<LogPosition> LeaveAsync(ExecutorLogReader reader, CancellationToken cancellationToken)
    {
        // A line without an end in a file that nobody writes to any more is all there will be of it.
        reader.EndLine();
        return await KeepAsync(reader, cancellationToken);
    }

    private ExecutorLogReader Resume(LogPosition? before, string identity, long length)
    {
        var same = before is not null && before.File == identity && before.Offset <= length;
        kept = same ? before!.Offset : 0;
        return new ExecutorLogReader(subject, identity, kept, before?.State ?? []);
    }

    // Rotated while nobody was looking: the rest of the old file is found by what it is, under whatever name. What the new one goes on from; null when there was nothing to finish.
    private async Task<LogPosition?> FinishRotatedAsync(LogPosition? before, CancellationToken cancellationToken)
    {
        if (before is null || (File.Exists(path) && IsFile(path, before.File)))
        {
            return null;
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var rotated = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, Path.GetFileName(path) + "*").Take(1_000).FirstOrDefault(each => IsFile(each, before.File)) : null;
        if (rotated is null)
        {
            return null;
        }

        using var file = OpenFile(rotated);
        var reader = Resume(before, before.File, RandomAccess.GetLength(file));
        await ToTheEndAsync(file, reader, cancellationToken);
        return await LeaveAsync(reader, cancellationToken);
    }

    private static bool IsFile(string each, string identity)
    {
        try
        {
            using var file = OpenFile(each);
            return LogFileIdentity.Of(file) == identity;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private async Task<SafeFileHandle> ComingAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return OpenFile(path);
            }
            catch (FileNotFoundException)
            {
                // Between the renaming and the first line of the new one.
                await Task.Delay(Pace, clock, cancellationToken);
            }
        }
    }

    private bool IsReplaced(SafeFileHandle file)
    {
        try
        {
            using var now = OpenFile(path);
            return LogFileIdentity.Number(now) != LogFileIdentity.Number(file);
        }
        catch (FileNotFoundException)
        {
            // It will be, once there is another: until then all that comes comes here.
            return false;
        }
    }

    private async Task ToTheEndAsync(SafeFileHandle file, ExecutorLogReader reader, CancellationToken cancellationToken)
    {
        while (await RandomAccess.ReadAsync(file, chunk, reader.Reached, cancellationToken) is var length and > 0)
        {
            reader.Read(chunk.AsSpan(0, length));
            if (reader.Waiting > 0 || reader.Offset - kept > MostUnkept)
            {
                await KeepAsync(reader, cancellationToken);
            }
        }

        if (reader.Offset > kept)
        {
            await KeepAsync(reader, cancellationToken);
        }
    }

    private async Task<LogPosition> KeepAsync(ExecutorLogReader reader, CancellationToken cancellationToken)
    {
        var batch = reader.Drain(log);
        var pause = TimeSpan.FromSeconds(1);
        while (true)
        {
            try
            {
                Kept(batch, await store.KeepAsync(batch, cancellationToken));
                kept = batch.Position!.Offset;
                return batch.Position;
            }
            catch (NpgsqlException cause) when (patient)
            {
                if (pause == TimeSpan.FromSeconds(1))
                {
                    Say($"The records do not answer, trying again until they do: {cause.Message}");
                }

                await Task.Delay(pause, clock, cancellationToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    private static SafeFileHandle OpenFile(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
}
