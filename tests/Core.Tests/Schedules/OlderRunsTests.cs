using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Dashboard.Core.Tests.Schedules;

public sealed class OlderRunsTests
{
    private static readonly DateTimeOffset Success = new(2014, 5, 1, 12, 0, 10, TimeSpan.Zero);
    private readonly FakeTimeProvider clock = new(Success.AddDays(1));
    private readonly Records records = new();
    private readonly ScheduleFold fold = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_that_has_failed_for_longer_than_its_recent_runs_go_back_is_judged_by_those_before()
    {
        records.Runs = [.. Enumerable.Range(0, 20).Select(i => Recorded(20 - i, Success.AddMinutes(-62 * i).AddMilliseconds(i * 7_919 % 30_011)))];
        var older = new OlderRuns("test", records, clock);
        var before = Book(older);
        Assert.Null(before.Find("a")!.Schedule);

        Assert.True(await older.AskAsync(before, Rows, Recent, Stop));
        var after = Book(older);

        Assert.Equal(("1h", Knowledge.Inferred), (after.Find("a")!.Schedule!.Frequency, after.Find("a")!.CadenceKnown));
        Assert.False(await older.AskAsync(before, Rows, Recent, Stop));
        Assert.Equal(1, records.Asked);
    }

    [Fact]
    public async Task Records_that_hold_nothing_or_are_away_leave_it_unknown_and_are_asked_again_after_a_while()
    {
        var older = new OlderRuns("test", records, clock);
        var book = Book(older);
        Assert.False(await older.AskAsync(book, Rows, Recent, Stop));
        Assert.False(await older.AskAsync(book, Rows, Recent, Stop));
        Assert.Equal(1, records.Asked);

        records.Fault = new NpgsqlException("away");
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.False(await older.AskAsync(book, Rows, Recent, Stop));
        Assert.Equal(2, records.Asked);
        Assert.Same(Recent, older.With(Recent));
    }

    [Fact]
    public async Task Of_many_jobs_a_few_are_asked_for_at_a_time()
    {
        var rows = Rows with { Jobs = [.. Enumerable.Range(0, 25).Select(i => Rows.Jobs[0] with { Name = $"j{i}" })] };
        var recent = Recent with { ByJob = rows.Jobs.ToDictionary(job => job.Name, _ => Recent.Of("a")) };
        var older = new OlderRuns("test", records, clock);
        var book = fold.Next(ScheduleBook.Empty("test"), new ScheduleFiles(null, null).Newest, rows, recent, Flavour.Crontabber);
        await older.AskAsync(book, rows, recent, Stop);
        Assert.Equal(OlderRuns.MostJobs, records.Asked);
    }

    private static JobsSnapshot Rows { get; } = new()
    {
        Source = "test",
        Jobs = [new Job { Name = "a", ErrorCount = 100, LastError = new JobError("X", "x", ""), LastSuccess = Success, LastRun = Success.AddDays(1), NextRun = Success.AddDays(1).AddMinutes(5) }],
        AsOf = Success.AddDays(1),
    };

    private static RunsSnapshot Recent { get; } = RunsSnapshot.Empty("test") with
    {
        ByJob = new Dictionary<string, JobHistory>
        {
            ["a"] = JobHistory.Of([.. Enumerable.Range(0, JobHistory.Kept).Select(i => new Run { Id = 1_000 - i, Job = "a", LogTime = Success.AddDays(1).AddMinutes(-5 * i), Outcome = RunOutcome.Failure })]),
        },
    };

    private ScheduleBook Book(OlderRuns older) => fold.Next(ScheduleBook.Empty("test"), new ScheduleFiles(null, null).Newest, Rows, older.With(Recent), Flavour.Crontabber);

    private static RecordedRun Recorded(long id, DateTimeOffset at) => new(id, "a", at, TimeSpan.FromSeconds(10), at.AddSeconds(-10.25), RunOutcome.Success, null);

    private sealed class Records : IRunRecords
    {
        public IReadOnlyList<RecordedRun> Runs { get; set; } = [];

        public Exception? Fault { get; set; }

        public int Asked { get; private set; }

        public Task<IReadOnlyList<RecordedRun>> EndedAsync(string source, string job, DateTimeOffset from, DateTimeOffset until, int most, CancellationToken cancellationToken)
        {
            Asked++;
            return Fault is null ? Task.FromResult<IReadOnlyList<RecordedRun>>([.. Runs.Where(run => run.LogTime >= from && run.LogTime < until).Take(most)]) : Task.FromException<IReadOnlyList<RecordedRun>>(Fault);
        }

        public Task<IReadOnlyList<RecordedRun>> SucceededAsync(string source, string job, DateTimeOffset from, DateTimeOffset until, int most, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<RecordedRun>>([]);

        public Task<RecordsReach> ReachAsync(string source, CancellationToken cancellationToken) => Task.FromResult(new RecordsReach(null, false, 0));
    }
}
