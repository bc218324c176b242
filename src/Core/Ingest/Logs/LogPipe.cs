using Dashboard.Core.Retries;

namespace Dashboard.Core.Ingest.Logs;

/// <summary>Reads a log once from its beginning to its end, where there is nothing to go back to: standard input, or a file that is only looked at.</summary>
public static class LogPipe
{
    private const int ChunkSize = 256 * 1024;

    /// <summary>Reads all of it.</summary>
    /// <param name="stream">The log.</param>
    /// <param name="log">Its name, as of <see cref="LogPosition.Log"/>.</param>
    /// <param name="subject">Whose log it is.</param>
    /// <param name="take">Given what was read, in order.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task ReadAsync(Stream stream, string log, LogSubject subject, Func<RetryBatch, Task> take, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(take);
        var chunk = new byte[ChunkSize];
        var length = 0;
        string? identity = null;
        var ended = false;
        while (identity is null && !ended)
        {
            var read = await stream.ReadAsync(chunk.AsMemory(length), cancellationToken);
            (ended, length) = (read == 0, length + read);
            identity = LogFileIdentity.OfStream(chunk.AsSpan(0, length));
        }

        var reader = new ExecutorLogReader(subject, identity ?? LogFileIdentity.OfWhole(chunk.AsSpan(0, length)));
        reader.Read(chunk.AsSpan(0, length));
        while (!ended)
        {
            if (reader.Waiting > 0)
            {
                await take(reader.Drain(log));
            }

            var read = await stream.ReadAsync(chunk, cancellationToken);
            ended = read == 0;
            reader.Read(chunk.AsSpan(0, read));
        }

        reader.Settle(lineToo: true);
        await take(reader.Drain(log));
    }
}
