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
        var log = LogStory.Fixture("05-");
        var kept = new KeptInMemory();
        for (var length = 0; length < log.Length; length += 1_999)
        {
            await File.WriteAllBytesAsync(Log, log[..length], Test);
            await Follower(kept).ReadAsync(Test);
        }

        await File.WriteAllBytesAsync(Log, log, Test);
        await Follower(kept).ReadAsync(Test);
        await Follower(kept, settles: true).ReadAsync(Test);
        await Follower(kept, settles: true).ReadAsync(Test);

        Assert.Equal(Told(log), kept.Told);
    }

    [Fact]
    public async Task The_end_of_a_log_whose_process_died_is_told_though_no_line_follows_and_once_when_one_does_after_all()
    {
        var log = LogStory.Fixture("05-");
        var kept = new KeptInMemory();
        foreach (var end in Lines(log))
        {
            await File.WriteAllBytesAsync(Log, log[..end], Test);
            await Follower(kept, settles: true).ReadAsync(Test);
            await Follower(kept, settles: true).ReadAsync(Test);

            Assert.Equal(Moments(LogStory.Of(log[..end]).Events), Moments(kept.Events));
        }
    }

    [Fact]
    public async Task A_line_that_was_never_ended_is_told_as_it_stands_and_once_when_its_end_comes_after_all()
    {
        const string failed = """
            2014-06-08 03:23:53,101 CRITICAL - MainThread - db transaction error eligible for retry
            OperationalError: gone
            2014-06-08 03:23:53,102 DEBUG - MainThread - retry in 10 seconds
            2014-06-08 03:23:53,103 DEBUG - MainThread - waiting for retry after failure in db: 0sec of 10sec
            """;
        var kept = new KeptInMemory();
        await File.WriteAllTextAsync(Log, failed, Test);
        await Follower(kept, settles: true).ReadAsync(Test);
        Assert.Equal([RetryOutcome.Fail, RetryOutcome.Waiting], kept.Events.Select(told => told.Outcome));

        await File.AppendAllTextAsync(Log, "\n2014-06-08 03:24:03,200 INFO - MainThread - got on\n", Test);
        await Follower(kept, settles: true).ReadAsync(Test);
        Assert.Equal([RetryOutcome.Fail, RetryOutcome.Waiting, RetryOutcome.Recovered], kept.Events.Select(told => told.Outcome));
    }

    [Fact]
    public async Task A_failure_whose_delay_stands_in_the_next_file_is_one_event()
    {
        var kept = new KeptInMemory();
        await File.WriteAllTextAsync(Log, "2014-06-08 03:23:53,101 CRITICAL - MainThread - db transaction error eligible for retry\nOperationalError: gone\n", Test);
        await Follower(kept, settles: true).ReadAsync(Test);
        Assert.Null(Assert.Single(kept.Events).Delay);

        File.Move(Log, Log + ".1");
        await File.WriteAllTextAsync(Log, "2014-06-08 03:23:53,102 DEBUG - MainThread - retry in 10 seconds\n2014-06-08 03:24:03,200 INFO - MainThread - got on\n", Test);
        await Follower(kept, settles: true).ReadAsync(Test);
        Assert.Equal([RetryOutcome.Fail, RetryOutcome.Recovered], kept.Events.Select(told => told.Outcome));
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
    public async Task A_rotated_log_is_read_to_its_end_before_the_new_one_and_a_streak_goes_on_across_it()
    {
        var log = LogStory.Fixture("10");
        var middle = Array.IndexOf(log, (byte)'\n', log.Length / 2) + 1;
        var kept = new KeptInMemory();
        await File.WriteAllBytesAsync(Log, log[..(middle / 2)], Test);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Test);
        var following = Follower(kept).FollowAsync(stop.Token);
        await kept.ReachesAsync(middle / 4);

        await File.AppendAllBytesAsync(Log, log[(middle / 2)..middle], Test);
        File.Move(Log, Log + ".1");
        await File.WriteAllBytesAsync(Log, log[middle..], Test);
        await kept.ReachesAsync(log.Length - middle, files: 2);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
        Assert.Equal(Told(log), kept.Told);
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

    [Theory]
    [InlineData(".3", ".2", ".1")]
    [InlineData("-20141104", "-20141105", "-20141106")]
    [InlineData(".2014-11-04", ".2014-11-05", ".2014-11-06")]
    public async Task A_log_rotated_several_times_while_nobody_looked_is_read_in_the_order_in_which_it_was_written(string first, string second, string third)
    {
        var log = LogStory.Fixture("10");
        var ends = Lines(log);
        var kept = new KeptInMemory();
        await File.WriteAllBytesAsync(Log, log[..ends[10]], Test);
        await Follower(kept).ReadAsync(Test);

        File.Move(Log, Log + first);
        var from = 0;
        foreach (var (name, place) in new[] { (first, 1), (second, 2), (third, 3), ("", 4) })
        {
            var end = place == 4 ? log.Length : ends[ends.Length * place / 4];
            await File.AppendAllBytesAsync(Log + name, log[(from == 0 ? ends[10] : from)..end], Test);
            from = end;
        }

        await File.WriteAllTextAsync(Log + ".bak", "2014-06-08 03:23:53,101 DEBUG - MainThread - another\n", Test);
        await Follower(kept).ReadAsync(Test);

        Assert.Equal(Told(log), kept.Told);
    }

    [Fact]
    public async Task A_log_copied_and_emptied_is_finished_in_its_copy()
    {
        var log = LogStory.Fixture("10");
        var middle = Array.IndexOf(log, (byte)'\n', log.Length / 2) + 1;
        var kept = new KeptInMemory();
        await File.WriteAllBytesAsync(Log, log[..(middle / 2)], Test);
        await Follower(kept).ReadAsync(Test);

        await File.AppendAllBytesAsync(Log, log[(middle / 2)..middle], Test);
        File.Copy(Log, Log + ".1");
        await File.WriteAllBytesAsync(Log, log[middle..], Test);
        await Follower(kept).ReadAsync(Test);

        Assert.Equal(Told(log), kept.Told);
    }

    [Fact]
    public async Task A_log_that_is_not_there_yet_is_waited_for()
    {
        var log = LogStory.Fixture("10");
        var kept = new KeptInMemory();
        var said = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Test);
        var following = Follower(kept, say: words => said.TrySetResult(words)).FollowAsync(stop.Token);
        Assert.Contains(Log, await said.Task.WaitAsync(TimeSpan.FromMinutes(1), Test), StringComparison.Ordinal);

        await File.WriteAllBytesAsync(Log, log, Test);
        await kept.ReachesAsync(log.Length);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
    }

    [Fact]
    public async Task Whoever_follows_tells_the_last_entry_once_nobody_has_written_for_a_while()
    {
        var kept = new KeptInMemory();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Test);
        await File.WriteAllTextAsync(Log, "2014-06-08 03:23:53,101 CRITICAL - MainThread - db transaction error eligible for retry\nOperationalError: gone\n", Test);
        var following = Follower(kept, settles: true).FollowAsync(stop.Token);
        await kept.TellsAsync(1);

        await File.AppendAllTextAsync(Log, "2014-06-08 03:23:53,102 DEBUG - MainThread - retry in 10 seconds\n2014-06-08 03:24:03,200 INFO - MainThread - got on\n", Test);
        await kept.TellsAsync(2);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
        Assert.Equal([RetryOutcome.Fail, RetryOutcome.Recovered], kept.Events.Select(told => told.Outcome));
    }

    [Fact]
    public async Task Whoever_follows_waits_for_records_that_are_away()
    {
        var log = LogStory.Fixture("10");
        var kept = new KeptInMemory { AwayFor = 2 };
        var said = new List<string>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Test);
        await File.WriteAllBytesAsync(Log, log, Test);
        var following = Follower(kept, say: said.Add).FollowAsync(stop.Token);
        await kept.ReachesAsync(log.Length);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
        Assert.Equal(Told(log), kept.Told);
        Assert.StartsWith("The records do not answer", Assert.Single(said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_was_emptied_is_read_from_its_new_beginning()
    {
        var (before, after) = (LogStory.Fixture("05-"), LogStory.Fixture("02"));
        var kept = new KeptInMemory();
        await File.WriteAllBytesAsync(Log, before, Test);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Test);
        var following = Follower(kept).FollowAsync(stop.Token);
        await kept.ReachesAsync(before.Length);

        await using (var emptied = new FileStream(Log, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite))
        {
            await emptied.WriteAsync(after, Test);
        }

        await kept.ReachesAsync(after.Length, files: 2);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
        Assert.Equal(3, kept.Events.Count(told => told.At.Minute == 39 && told.Outcome == RetryOutcome.Fail && told.At.Second < 10));
    }

    private LogFollower Follower(KeptInMemory kept, bool settles = false, Action<string>? say = null) =>
        new(Log, new LogSubject("here", "host"), kept, kept, TimeProvider.System)
        {
            Pace = TimeSpan.FromMilliseconds(5),
            Quiet = settles ? TimeSpan.Zero : Timeout.InfiniteTimeSpan,
            Say = say ?? (static _ => { }),
        };

    // Where each line ends.
    private static int[] Lines(byte[] log) => [.. Enumerable.Range(0, log.Length).Where(place => log[place] == '\n').Select(place => place + 1)];

    private static List<string> Told(byte[] log) => [.. KeptInMemory.Shapes(LogStory.Of(log).Events).Order(StringComparer.Ordinal)];

    // What is told before its delay is known stays so.
    private static List<string> Moments(IEnumerable<RetryEvent> events) =>
        [.. events.Select(told => $"{told.Who.Thread} {told.Outcome} {told.Attempt} {told.At:O}").Order(StringComparer.Ordinal)];
}
