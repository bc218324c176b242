using Dashboard.Core.Ingest.Logs;
using Dashboard.Core.Retries;

namespace Dashboard.Core.Tests.Ingest;

/// <summary>Whatever happens to the log or to the follower: each event is kept, and once.</summary>
public sealed class LogFollowerTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("follow");

    private string Log => Path.Combine(folder.FullName, "crontabber.log");

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task What_was_read_is_not_read_again_and_what_came_since_is()
    {
        var log = LogStory.Fixture("12");
        var kept = new KeptInMemory();
        for (var length = 0; length < log.Length; length += 1_999)
        {
            await File.WriteAllBytesAsync(Log, log[..length], Test);
            await Follower(kept).ReadAsync(Test);
        }

        await File.WriteAllBytesAsync(Log, log, Test);
        await Follower(kept).ReadAsync(Test);
        await Follower(kept).ReadAsync(Test);

        Assert.Equal(Told(log), kept.Told);
    }

    [Fact]
    public async Task Killed_at_any_moment_before_or_after_the_records_took_it_each_event_is_there_once()
    {
        var log = LogStory.Fixture("12");
        await File.WriteAllBytesAsync(Log, log, Test);
        for (var death = 0; death < 12; death++)
        {
            // Small pieces, for many moments to die at.
            var kept = new KeptInMemory { DiesAt = death };
            for (var length = 0; length <= log.Length; length = length == log.Length ? length + 1 : Math.Min(log.Length, length + 3_000))
            {
                await File.WriteAllBytesAsync(Log, log[..length], Test);
                try
                {
                    await Follower(kept).ReadAsync(Test);
                }
                catch (KilledException)
                {
                    await Follower(kept).ReadAsync(Test);
                }
            }

            Assert.Equal(Told(log), kept.Told);
        }
    }

    [Fact]
    public async Task A_log_rotated_while_nobody_looked_is_finished_first()
    {
        var log = LogStory.Fixture("10");
        var middle = Array.IndexOf(log, (byte)'\n', log.Length / 2) + 1;
        var kept = new KeptInMemory();
        await File.WriteAllBytesAsync(Log, log[..(middle / 2)], Test);
        await Follower(kept).ReadAsync(Test);

        await File.AppendAllBytesAsync(Log, log[(middle / 2)..middle], Test);
        File.Move(Log, Log + ".1");
        await File.WriteAllBytesAsync(Log, log[middle..], Test);
        await Follower(kept).ReadAsync(Test);

        Assert.Equal(Told(log), kept.Told);
    }

    private LogFollower Follower(KeptInMemory kept) =>
        new(Log, new LogSubject("here", "host"), kept, kept, TimeProvider.System) { Pace = TimeSpan.FromMilliseconds(5) };

    // Names hold the number of the file, which another run has not.
    private static IEnumerable<string> Shapes(IEnumerable<RetryEvent> events) =>
        events.Select(told => $"{told.Thread} {told.Outcome} {told.Attempt} {told.At:O} {told.NextAttemptAt:O}");

    private static List<string> Told(byte[] log) => [.. Shapes(LogStory.Of(log).Events).Order(StringComparer.Ordinal)];

    private sealed class KilledException : Exception;

    /// <summary>Keeps as the records do: events by name, and the position with them.</summary>
    private sealed class KeptInMemory : IRetryStore, ILogPositions
    {
        private readonly Dictionary<Guid, RetryEvent> known = [];
        private readonly Lock one = new();
        private LogPosition? position;
        private int calls;

        /// <summary>The call that never comes back: even ones before anything was kept, odd ones after.</summary>
        public int DiesAt { get; init; } = -1;

        public List<RetryEvent> Events { get; } = [];

        public List<string> Told => [.. Shapes(Events).Order(StringComparer.Ordinal)];

        public Task<RetryReceipt> KeepAsync(RetryBatch batch, CancellationToken cancellationToken)
        {
            lock (one)
            {
                var call = calls++;
                if (call == DiesAt && call % 2 == 0)
                {
                    throw new KilledException();
                }

                var fresh = batch.Events.Where(told => known.TryAdd(told.Id, told)).ToList();
                Events.AddRange(fresh);
                position = batch.Position;
                return call == DiesAt ? throw new KilledException() : Task.FromResult(new RetryReceipt(fresh.Count, batch.Events.Count - fresh.Count));
            }
        }

        public Task<LogPosition?> ReadAsync(string log, CancellationToken cancellationToken)
        {
            lock (one)
            {
                return Task.FromResult(position);
            }
        }
    }
}
