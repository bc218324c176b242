namespace Dashboard.Core.Tests.Ingest;

/// <summary>Each real log, beside what a person reads in it: written down by hand, from the log and from what is known of the run.</summary>
public sealed class RealLogsTests
{
    private const string Operational = "psycopg2.OperationalError";
    private const string Interface = "psycopg2.InterfaceError";
    private const string Undefined = "psycopg2.errors.UndefinedFunction";

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
        { "20", [], [] },
        { "21", [], [] },
        { "22", [], [] },
        { "23", [], [] },
        { "24", [], [] },
        { "25", [], [] },
        { "27", [], [] },
        { "30", [], [] },
    };

    [Theory]
    [MemberData(nameof(Logs))]
    public void A_log_tells_the_streaks_and_processes_a_person_reads_in_it(string log, string[] streaks, string[] processes)
    {
        var story = LogStory.Of(LogStory.Fixture(log));

        foreach (var x in story.Streaks.Concat(story.Processes).Concat(story.Samples)) TestContext.Current.TestOutputHelper!.WriteLine(x);
        Assert.Equal(streaks, story.Streaks);
        Assert.Equal(processes, story.Processes);
        Assert.Equal(0, story.Unreadable);
        Assert.Empty(story.Samples);
    }
}
