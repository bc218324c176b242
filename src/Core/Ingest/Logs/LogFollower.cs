using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Microsoft.Win32.SafeHandles;
using Npgsql;

namespace Dashboard.Core.Ingest.Logs;

/// <summary>
/// Reads a log file from where it was left to its end, or for ever: across rotation, where the old file is read to its end before the new one, and across
/// truncation. What was read is handed over with how far that was, in one transaction: after a crash at any moment nothing is missing and nothing is there
/// twice. A few hundred kilobytes of memory, whatever the size of the log.
/// </summary>
/// <remarks>
/// The last entry of a log waits for the line after it, for a traceback may follow. Where none comes, it is told as it stands while the position stays before
/// it: events have names made of where their lines stand, so when the log goes on after all it is told again under the same name, and counts once.
/// </remarks>
/// <param name="path">The log.</param>
/// <param name="subject">Whose log it is.</param>
/// <param name="positions">Where it was left.</param>
/// <param name="store">Who keeps what was read.</param>
/// <param name="clock">For waiting.</param>
public sealed class LogFollower(string path, LogSubject subject, ILogPositions positions, IRetryStore store, TimeProvider clock)
{
    private const int ChunkSize = 256 * 1024;

    // Kept together: five thousand take a transaction hardly longer than one thousand. At the end of the file fewer do not wait for more.
    private const int MostWaiting = 5_000;

    // A position without events is worth a transaction from time to time.
    private const long MostUnkept = 64 * 1024 * 1024;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private readonly byte[] chunk = new byte[ChunkSize];
    private readonly string log = $"{subject.Host}:{path}";
    private LogPosition? kept;
    private bool patient;
    private string? said;

    /// <summary>How often a file that did not grow is looked at again.</summary>
    public TimeSpan Pace { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>For how long nobody writes until the last entry is told without the line after it; <see cref="Timeout.InfiniteTimeSpan"/> for never.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Told once when the file or the store cannot be had, with the reason; it is tried again until it can.</summary>
    public Action<string> Say { get; init; } = static _ => { };

    /// <summary>Told of every batch that was kept.</summary>
    public Action<RetryBatch, RetryReceipt> Kept { get; init; } = static (_, _) => { };

    /// <summary>
    /// Reads what there is. When something waits for a next line and somebody may still be writing, it waits for <see cref="Quiet"/>; if more comes, the end
    /// is left for the next time.
    /// </summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        await CatchUpAsync(cancellationToken);
        using var file = RotatedLogs.Open(path);
        if (LogFileIdentity.Of(file) is not { } identity)
        {
            return;
        }

        var reader = Resume(identity, RandomAccess.GetLength(file));
        await ToTheEndAsync(file, identity, reader, cancellationToken);
        if (!reader.Unsettled || Quiet == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        var quiet = Quiet - (clock.GetUtcNow() - new DateTimeOffset(File.GetLastWriteTimeUtc(file), TimeSpan.Zero));
        if (quiet > TimeSpan.Zero)
        {
            await Task.Delay(quiet < Quiet ? quiet : Quiet, clock, cancellationToken);
        }

        var reached = reader.Reached;
        await ToTheEndAsync(file, identity, reader, cancellationToken);
        if (reader.Reached == reached)
        {
            await SettleAsync(file, identity, reader, lineToo: true, cancellationToken);
        }
    }

    /// <summary>Reads what there is and what comes, until cancelled. A file that is not there yet is waited for.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        patient = true;
        while (true)
        {
            await CatchUpAsync(cancellationToken);
            using var file = await ComingAsync(cancellationToken);
            await FollowOneAsync(file, cancellationToken);
        }
    }

    // Until it was replaced or emptied.
    private async Task FollowOneAsync(SafeFileHandle file, CancellationToken cancellationToken)
    {
        string? identity;
        while ((identity = LogFileIdentity.Of(file)) is null)
        {
            if (IsReplaced(file))
            {
                return;
            }

            await Task.Delay(Pace, clock, cancellationToken);
        }

        var reader = Resume(identity, RandomAccess.GetLength(file));
        var (quietSince, settled, quietAfterRotation) = (clock.GetTimestamp(), reader.Reached, false);
        while (true)
        {
            var from = reader.Reached;
            if (!await ToTheEndAsync(file, identity, reader, cancellationToken))
            {
                // Emptied and begun anew: what stood there before was read, or is in a copy, or is gone.
                await KeepAsync(reader, cancellationToken);
                return;
            }

            // Whoever has the old one open may still write to it for a moment after it was renamed.
            var replaced = IsReplaced(file);
            var grown = reader.Reached > from;
            if (replaced && quietAfterRotation && !grown)
            {
                await LeaveAsync(reader, cancellationToken);
                return;
            }

            quietAfterRotation = replaced && !grown;
            if (grown)
            {
                quietSince = clock.GetTimestamp();
            }
            else if (settled < reader.Reached && reader.Unsettled && Quiet != Timeout.InfiniteTimeSpan && clock.GetElapsedTime(quietSince) >= Quiet)
            {
                settled = reader.Reached;
                await SettleAsync(file, identity, reader, lineToo: false, cancellationToken);
            }

            await Task.Delay(Pace, clock, cancellationToken);
        }
    }

    // A line without an end in a file that nobody writes to any more is all there will be of it.
    private async Task LeaveAsync(ExecutorLogReader reader, CancellationToken cancellationToken)
    {
        reader.EndLine();
        await KeepAsync(reader, cancellationToken);
    }

    private ExecutorLogReader Resume(string identity, long length) =>
        new(subject, identity, kept is not null && kept.File == identity && kept.Offset <= length ? kept.Offset : 0, kept?.State ?? []);

    // Where it was left, and what was rotated away since then while nobody looked, read to its end.
    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        kept = await PatientlyAsync(async () => await positions.ReadAsync(log, cancellationToken), cancellationToken);
        if (kept is null || IsStill(kept.File))
        {
            return;
        }

        if (RotatedLogs.Find(path, kept) is not { } found)
        {
            if (File.Exists(path))
            {
                Say($"{path} is another file than it was, and the one before is not beside it: what was written there after byte {kept.Offset} is not read.");
            }

            return;
        }

        await FinishAsync(found, kept.File, cancellationToken);
        foreach (var next in RotatedLogs.After(path, found))
        {
            await FinishAsync(next, null, cancellationToken);
        }
    }

    // A copy counts as what it is a copy of: so its events are the same ones.
    private async Task FinishAsync(string rotated, string? original, CancellationToken cancellationToken)
    {
        using var file = RotatedLogs.Open(rotated);
        if (LogFileIdentity.Of(file) is not { } identity)
        {
            return;
        }

        var reader = Resume(original ?? identity, RandomAccess.GetLength(file));
        await ToTheEndAsync(file, identity, reader, cancellationToken);
        await LeaveAsync(reader, cancellationToken);
    }

    private bool IsStill(string identity)
    {
        try
        {
            using var file = RotatedLogs.Open(path);
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
                var file = RotatedLogs.Open(path);
                said = null;
                return file;
            }
            catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
            {
                // Not there yet, or between the renaming and the first line of the new one.
                Once($"{path} cannot be read yet, waiting for it: {cause.Message}");
                await Task.Delay(Pace, clock, cancellationToken);
            }
        }
    }

    // An empty one in its place says only that somebody is about to write there: until then what comes comes here.
    private bool IsReplaced(SafeFileHandle file)
    {
        try
        {
            using var now = RotatedLogs.Open(path);
            return LogFileIdentity.Number(now) != LogFileIdentity.Number(file) && RandomAccess.GetLength(now) > 0;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // False when the file is not the one it was: what was read of it then may be of another one, and was left.
    private async Task<bool> ToTheEndAsync(SafeFileHandle file, string identity, ExecutorLogReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var length = await RandomAccess.ReadAsync(file, chunk, reader.Reached, cancellationToken);
            if (LogFileIdentity.Of(file) != identity || RandomAccess.GetLength(file) < reader.Reached + length)
            {
                return false;
            }

            if (length == 0)
            {
                break;
            }

            reader.Read(chunk.AsSpan(0, length));
            if (reader.Waiting >= MostWaiting || reader.Offset - (kept?.Offset ?? 0) > MostUnkept)
            {
                await KeepAsync(reader, cancellationToken);
            }
        }

        if (kept is null || reader.File != kept.File || reader.Offset > kept.Offset)
        {
            await KeepAsync(reader, cancellationToken);
        }

        return true;
    }

    // Told by another reader that goes on from the same place: this one goes on waiting.
    private async Task SettleAsync(SafeFileHandle file, string identity, ExecutorLogReader reader, bool lineToo, CancellationToken cancellationToken)
    {
        var teller = new ExecutorLogReader(subject, reader.File, reader.Offset, reader.State());
        if (lineToo && reader.InLine)
        {
            var length = await RandomAccess.ReadAsync(file, chunk, reader.Offset, cancellationToken);
            teller.Read(chunk.AsSpan(0, (int)Math.Min(length, reader.Reached - reader.Offset)));
        }

        teller.Settle(lineToo);
        if (LogFileIdentity.Of(file) == identity && kept is { } position)
        {
            await KeepAsync(teller.Drain(log) with { Position = position with { Lines = 0, Unreadable = 0, Samples = [] } }, cancellationToken);
        }
    }

    private async Task KeepAsync(ExecutorLogReader reader, CancellationToken cancellationToken)
    {
        var batch = reader.Drain(log);
        await KeepAsync(batch, cancellationToken);
        kept = batch.Position;
    }

    private async Task KeepAsync(RetryBatch batch, CancellationToken cancellationToken) =>
        Kept(batch, await PatientlyAsync(() => store.KeepAsync(batch, cancellationToken), cancellationToken));

    // Whoever follows waits for the records; whoever reads once is told that they are away.
    private async Task<T> PatientlyAsync<T>(Func<Task<T>> act, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromSeconds(1);
        while (true)
        {
            try
            {
                var result = await act();
                said = null;
                return result;
            }
            catch (Exception cause) when (patient && Heals(cause))
            {
                Once($"The records do not answer, trying again until they do: {cause.Message}");
                await Task.Delay(pause, clock, cancellationToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    // Also where nobody knows whether it was kept: what comes twice counts once.
    private static bool Heals(Exception cause) =>
        cause is CommitInDoubtException or TimeoutException || (cause is NpgsqlException && PostgresTrouble.Of(cause, AttemptPhase.Opening, lost: false).Kind is TroubleKind.Operational or TroubleKind.Conditional);

    private void Once(string words)
    {
        if (said != words)
        {
            said = words;
            Say(words);
        }
    }
}
