namespace Dashboard.Core.Tests.Ingest;

/// <summary>Each real log, beside what a person reads in it: written down by hand, from the log and from what is known of the run.</summary>
public sealed class RealLogsTests
{
    private const string Operational = "psycopg2.OperationalError";
    private const string Interface = "psycopg2.InterfaceError";
    private const string Undefined = "psycopg2.errors.UndefinedFunction";

    private const string Suspicious = "MainThread SuspiciousCrashesApp plain: fail GaveUp ValueError";
    private const string Weekly = "MainThread WeeklyReportsPartitionsCronApp plain: fail GaveUp AssertionError";
    private const string Adu = "MainThread ADUCronApp plain: fail GaveUp psycopg2.errors.RaiseException";

    /// <summary>Name, streaks, processes.</summary>
    public static TheoryData<string, string[], string[]> Logs => new()
    {
        { "01", [], ["exit 0, 3 ok, 0 failed"] },
        { "02", [$"MainThread limited: 2 3 5 GaveUp {Operational}"], ["exit 1, 0 ok, 0 failed"] },
        { "03", [$"MainThread limited: 2 3 5 GaveUp {Operational}"], ["exit 1, 0 ok, 0 failed"] },

        // Python 2 did not print the true cause. The job got through, then twice crontabber's own writing and reading of its tables.
        { "04", ["MainThread LongQueryApp limited: 2 Recovered", "MainThread limited: 2 Recovered", "MainThread limited: 2 Recovered"], ["exit 0, 3 ok, 0 failed"] },

        // The job, its failure's log row, and the end of the run: each used up its two attempts.
        {
            "05-",
            [$"MainThread LongQueryApp limited: 3 6 GaveUp {Operational}", $"MainThread limited: 3 6 GaveUp {Operational}", $"MainThread limited: 3 6 GaveUp {Operational}"],
            ["exit 1, 1 ok, 1 failed"]
        },
        { "05b", ["MainThread limited: 3 Recovered"], ["exit 3, 0 ok, 0 failed"] },

        // The plain executor's own line was never written: its rollback failed on the dead connection.
        { "06", [], ["exit 1, 1 ok, 1 failed"] },

        // No line of an executor for the violated constraint.
        { "07", [$"MainThread BadSqlApp limited: NotRetryable {Undefined}"], ["exit 0, 1 ok, 2 failed"] },
        { "08a", [], ["exit 0, 1 ok, 0 failed"] },
        { "08b", ["MainThread QuickApp limited: 2 3 GaveUp psycopg2.errors.LockNotAvailable"], ["exit 2, 0 ok, 0 failed"] },
        {
            "10",
            [
                "QueuingThread infinite: 10 30 60 120 300 Recovered", "Thread-3 infinite: 10 30 60 120 300 Recovered",
                "Thread-2 infinite: 10 30 60 120 300 Recovered", "Thread-1 infinite: 10 30 60 120 300 Recovered",
            ],
            []
        },
        {
            "12",
            [
                "Thread-1 limited: 2 Recovered", $"Thread-2 limited: 2 4 GaveUp {Operational}",
                $"Thread-3 limited: 2 4 GaveUp {Operational}", $"QueuingThread limited: 2 4 GaveUp {Operational}",
            ],
            []
        },
        { "13-", ["MainThread LongQueryApp limited: 2 Recovered", "MainThread limited: 2 Recovered", "MainThread limited: 2 Recovered"], ["exit 0, 3 ok, 0 failed"] },
        { "13b", [$"MainThread BadSqlApp limited: NotRetryable {Undefined}"], ["exit 0, 0 ok, 2 failed"] },

        // Windows of a log without the lines with which a process begins: processes are told apart by "done." and by silence.
        { "20", [], ["exit 0, 3 ok, 1 failed", "exit 0, 2 ok, 1 failed", "exit 0, 1 ok, 1 failed", "exit ?, 0 ok, 0 failed, in FetchADIFromHiveCronApp"] },
        {
            "21",
            [Suspicious, Weekly, Adu, Suspicious, Weekly, Adu],
            ["exit ?, 3 ok, 4 failed, in TCBSCronApp", "exit 3, 1 ok, 4 failed", "exit ?, 1 ok, 1 failed, in SuspiciousCrashesApp"]
        },
        {
            "22",
            [Suspicious, Weekly, Adu, Suspicious, Weekly, Adu, Suspicious, Weekly, Adu],
            ["exit 3, 1 ok, 4 failed", "exit 3, 5 ok, 3 failed", "exit 3, 1 ok, 3 failed"]
        },
        {
            "23",
            [Suspicious, Weekly, Adu, Suspicious, Weekly, Adu, Suspicious, Weekly],
            ["exit 3, 0 ok, 0 failed", "exit 3, 1 ok, 3 failed", "exit 0, 2 ok, 3 failed", "exit 0, 1 ok, 0 failed", "exit ?, 0 ok, 2 failed, in ReportsCleanCronApp"]
        },
        {
            "24",
            [Suspicious, Weekly, Adu, Suspicious, Weekly, Adu, Suspicious, Suspicious, Weekly, Adu],
            [
                "exit 0, 1 ok, 2 failed", "exit ?, 0 ok, 1 failed, in GCCrashes", "exit 3, 0 ok, 3 failed", "exit 3, 0 ok, 1 failed", "exit 3, 1 ok, 3 failed",
                "exit ?, 0 ok, 0 failed, in FTPScraperCronApp", "exit 3, 0 ok, 0 failed", "exit 3, 0 ok, 0 failed",
            ]
        },

        // 440 frames and 3,000 characters, and then Python's logging fails to send them to syslog and writes a traceback about that.
        { "25", ["MainThread DuplicatesCronApp plain: fail GaveUp ValueError"], ["exit 3, 0 ok, 1 failed", "exit 3, 0 ok, 0 failed", "exit 3, 0 ok, 2 failed"] },

        // The message itself has a line that says that a traceback follows.
        {
            "27",
            ["MainThread ReportsCleanCronApp plain: fail GaveUp RuntimeError", "MainThread ReportsCleanCronApp plain: fail GaveUp RuntimeError"],
            ["exit 0, 2 ok, 2 failed", "exit 0, 1 ok, 2 failed"]
        },
    };

    [Theory]
    [MemberData(nameof(Logs))]
    public void A_log_tells_the_streaks_and_processes_a_person_reads_in_it(string log, string[] streaks, string[] processes)
    {
        var story = LogStory.Of(LogStory.Fixture(log));

        Assert.Equal(streaks, story.Streaks);
        Assert.Equal(processes, story.Processes);
        Assert.Equal(0, story.Unreadable);
        Assert.Empty(story.Samples);
    }

    [Fact]
    public void Socorros_cronrun_tells_its_ticks_and_no_retries()
    {
        var story = LogStory.Of(LogStory.Fixture("30"));

        Assert.Empty(story.Events);
        Assert.Equal((52, 57, 60), (story.Ticks.Count, story.Ticks.Values.Sum(tick => tick.Succeeded), story.Ticks.Values.Sum(tick => tick.Failed)));
        Assert.Equal(0, story.Unreadable);
    }

    [Fact]
    public void The_message_of_a_failure_is_whole_and_stops_where_it_stops()
    {
        var quoting = LogStory.Of(LogStory.Fixture("27")).Events[0];
        Assert.StartsWith("first line\nsecond line | with a pipe; and a semicolon\n", quoting.ExceptionValue, StringComparison.Ordinal);
        Assert.EndsWith("Traceback (most recent call last):\n  not really", quoting.ExceptionValue, StringComparison.Ordinal);

        var huge = LogStory.Of(LogStory.Fixture("25")).Events[0];
        Assert.StartsWith("bottom of the partition tree: xxx", huge.ExceptionValue, StringComparison.Ordinal);
        Assert.DoesNotContain("Message too long", huge.ExceptionValue, StringComparison.Ordinal);
        Assert.True(huge.ExceptionValue!.Length <= 4_000);
    }
}
