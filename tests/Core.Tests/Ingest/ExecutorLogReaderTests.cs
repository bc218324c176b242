using System.Text;
using Dashboard.Core.Ingest.Logs;
using Dashboard.Core.Retries;

namespace Dashboard.Core.Tests.Ingest;

public sealed class ExecutorLogReaderTests
{
    private const string Failed = "CRITICAL - MainThread - crontabber.connection_factory transaction error eligible for retry";
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Fact]
    public void The_log_of_the_first_blog_is_read_though_its_author_left_words_out()
    {
        var story = LogStory.Of("""
            2014-06-08 03:23:53,101 CRITICAL - MainThread - ... transaction error eligible for retry
            OperationalError: ERROR: pgbouncer cannot connect to server
            2014-06-08 03:23:53,102 DEBUG - MainThread - retry in 10 seconds
            2014-06-08 03:23:53,102 DEBUG - MainThread - waiting for retry ...: 0sec of 10sec

            """);

        Assert.Equal([RetryOutcome.Fail, RetryOutcome.Waiting], story.Events.Select(told => told.Outcome));
        Assert.Equal(("OperationalError", "ERROR: pgbouncer cannot connect to server", 1), (story.Events[0].ExceptionType, story.Events[0].ExceptionValue, story.Events[0].Attempt));
        Assert.Equal(new DateTimeOffset(2014, 6, 8, 3, 24, 3, 102, TimeSpan.Zero), story.Events[1].NextAttemptAt);
        Assert.Equal(0, story.Unreadable);
    }

    [Fact]
    public void What_cannot_be_read_is_counted_and_shown_without_its_secrets()
    {
        var story = LogStory.Of("starting up password=hunter2\n2014-06-08 03:23:53,101 INFO - MainThread - fine\n2014-13-45 99:99:99,999 INFO - MainThread - no such day\n\n\0\u0001\n");

        Assert.Equal((5, 3), (story.Lines, story.Unreadable));
        Assert.DoesNotContain("hunter2", string.Join('\n', story.Samples), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("retry in seconds")]
    [InlineData("retry in  seconds")]
    [InlineData("retry in -1 seconds")]
    [InlineData("retry in 1e300 seconds")]
    public void A_delay_that_is_none_leaves_the_failure_without_one(string said)
    {
        var story = LogStory.Of($"""
            2014-06-08 03:23:53,101 {Failed}
            OperationalError: away
            2014-06-08 03:23:53,102 DEBUG - MainThread - {said}

            """);

        Assert.Equal((RetryOutcome.Fail, null), (Assert.Single(story.Events).Outcome, story.Events[0].Delay));
    }

    [Fact]
    public void A_log_quoted_in_a_message_is_part_of_the_message()
    {
        var story = LogStory.Of($"""
            2014-06-08 03:23:53,101 {Failed}
            Traceback (most recent call last):
              File "x.py", line 1, in x
            ValueError: the other log said
            2014-06-08 03:20:00,000 {Failed}
            and nothing else
            2014-06-08 03:23:53,102 DEBUG - MainThread - retry in 10 seconds

            """);

        var told = Assert.Single(story.Events);
        Assert.Equal(10, told.Delay?.TotalSeconds);
        Assert.EndsWith("and nothing else", told.ExceptionValue, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_asked_to_quit_while_it_waits_aborts_its_streak()
    {
        var story = LogStory.Of($"""
            2014-06-08 03:23:53,101 {Failed}
            OperationalError: away
            2014-06-08 03:23:53,102 DEBUG - MainThread - retry in 10 seconds
            2014-06-08 03:23:53,102 DEBUG - MainThread - waiting for retry after failure in crontabber.connection_factory transaction: 0sec of 10sec
            Traceback (most recent call last):
              File "x.py", line 1, in x
            KeyboardInterrupt

            """);

        Assert.Equal(RetryOutcome.Aborted, story.Events[^1].Outcome);
    }

    [Fact]
    public void Times_of_a_repeated_hour_are_read_so_that_time_goes_on_and_of_a_missing_one_by_the_offset_before()
    {
        var autumn = LogStory.Of(Encoding.UTF8.GetBytes($"""
            2014-10-26 02:30:00,000 {Failed}
            2014-10-26 02:30:00,001 DEBUG - MainThread - retry in 10 seconds
            2014-10-26 02:10:00,000 {Failed}
            2014-10-26 02:10:00,001 DEBUG - MainThread - retry in 30 seconds

            """), Berlin).Events;
        Assert.Equal(["00:30", "01:10"], autumn.Select(told => told.At.UtcDateTime.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture)));

        var spring = LogStory.Of(Encoding.UTF8.GetBytes($"2014-03-30 02:30:00,000 {Failed}\n"), Berlin).Events;
        Assert.Equal(new DateTimeOffset(2014, 3, 30, 1, 30, 0, TimeSpan.Zero), spring.Single().At);
    }

    [Fact]
    public void Lines_that_end_as_on_Windows_read_the_same()
    {
        var log = LogStory.Fixture("05-");
        var windows = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(log).Replace("\n", "\r\n", StringComparison.Ordinal));
        Assert.Equal(LogStory.Of(log).Streaks, LogStory.Of(windows).Streaks);
    }

    [Fact]
    public void Of_a_line_of_megabytes_the_beginning_is_read_and_the_next_line_as_ever()
    {
        var story = LogStory.Of($"2014-06-08 03:23:53,101 {Failed}\nValueError: {new string('x', 3_000_000)}\n2014-06-08 03:23:53,102 DEBUG - MainThread - retry in 10 seconds\n");
        Assert.Equal((4_000 - 1, 10.0), (story.Events.Single().ExceptionValue!.Length, story.Events.Single().Delay!.Value.TotalSeconds));
    }

    [Theory]
    [InlineData("05-")]
    [InlineData("12")]
    [InlineData("27")]
    public void Wherever_it_is_cut_and_gone_on_with_by_another_reader_the_events_are_the_same(string name)
    {
        var log = LogStory.Fixture(name);
        var whole = LogStory.Of(log);
        var subject = new LogSubject("here", "host");
        for (var at = 1; at < log.Length; at += 97)
        {
            var story = new LogStory();
            var first = new ExecutorLogReader(subject, "file");
            first.Read(log.AsSpan(0, at));
            var left = first.Drain("log");
            story.Take(left);

            var second = new ExecutorLogReader(subject, "file", left.Position!.Offset, left.Position.State);
            second.Read(log.AsSpan((int)left.Position.Offset));
            second.Settle(lineToo: true);
            story.Take(second.Drain("log"));

            Assert.Equal(whole.Events, story.Events);
            Assert.Equal(whole.Lines, story.Lines);
            Assert.Equal(whole.Ticks.OrderBy(tick => tick.Key), story.Ticks.OrderBy(tick => tick.Key));
        }
    }

    [Fact]
    public void A_million_damaged_logs_are_read_without_a_fault()
    {
        var log = LogStory.Fixture("12")[16_000..19_000];
        var subject = new LogSubject("here", "host") { Zone = Berlin };
        var random = new Random(20140905);
        var damaged = new byte[400];
        ExecutorLogReader? reader = null;
        for (var round = 0; round < 1_000_000; round++)
        {
            var length = random.Next(damaged.Length);
            log.AsSpan(random.Next(log.Length - length), length).CopyTo(damaged);
            for (var hits = random.Next(4); hits > 0 && length > 0; hits--)
            {
                damaged[random.Next(length)] = (byte)random.Next(256);
            }

            if (round % 100 == 0)
            {
                reader?.Settle(lineToo: true);
                reader = new ExecutorLogReader(subject, "file", 0, reader?.Drain("log").Position!.State ?? []);
            }

            reader!.Read(damaged.AsSpan(0, length));
        }
    }

    [Fact]
    public void The_name_of_an_event_is_made_of_where_it_stands_and_is_a_proper_one()
    {
        var (first, again) = (LogStory.Of(LogStory.Fixture("05-")).Events, LogStory.Of(LogStory.Fixture("05-")).Events);
        Assert.Equal(first.Select(told => told.Id), again.Select(told => told.Id));
        Assert.Equal(first.Count, first.Select(told => told.Id).Distinct().Count());
        Assert.All(first, told => Assert.Equal(8, told.Id.Version));
    }
}
