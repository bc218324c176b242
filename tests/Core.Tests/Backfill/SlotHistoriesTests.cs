using Dashboard.Core.Backfill;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Npgsql;

namespace Dashboard.Core.Tests.Backfill;

public sealed class SlotHistoriesTests
{
    private static readonly DateTimeOffset Now = new(2014, 9, 30, 9, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset LogSince = Day(20);

    [Fact]
    public async Task What_the_recent_runs_reach_is_never_asked_of_the_records()
    {
        var records = new Records();

        var reading = await ReadAsync(records, Day(25), Day(30));

        Assert.Equal(0, records.Asked);
        Assert.Equal(SlotState.Done, reading.Ledger.Value.At(Day(29)).State);
    }

    [Fact]
    public async Task Older_slots_are_filled_from_the_records_and_what_they_do_not_reach_stays_unknown()
    {
        var records = new Records { Since = Day(5), Runs = [Recorded(1, Day(6)), Recorded(2, Day(7))] };

        var reading = await ReadAsync(records, Day(3), Day(9));

        Assert.Equal(
            [SlotState.NotRecorded, SlotState.NotRecorded, SlotState.Missing, SlotState.Done, SlotState.Done, SlotState.Missing],
            reading.Ledger.Value.In(reading.Ledger.Value.Grid.Between(Day(3), Day(8))).Select(cell => cell.State));
        Assert.Null(reading.Notice);
    }

    [Fact]
    public async Task Records_out_of_reach_leave_the_recent_runs_and_say_so()
    {
        var reading = await ReadAsync(new Records { Fault = new NpgsqlException("gone") }, Day(3), Day(9));

        Assert.Equal("The dashboard's own records are out of reach: only the recent runs are known.", reading.Notice);
        Assert.Equal(SlotState.NotRecorded, reading.Ledger.Value.At(Day(6)).State);
    }

    [Fact]
    public async Task More_runs_than_are_read_at_once_are_said_to_be_more()
    {
        var records = new Records { Since = Day(1), Runs = [.. Enumerable.Range(0, SlotHistories.MostRuns).Select(id => Recorded(id, Day(7)))] };

        Assert.Equal("Only the newest 5,000 runs of that time were looked at.", (await ReadAsync(records, Day(3), Day(9))).Notice);
    }

    private static DateTimeOffset Day(int day) => new(2014, 9, day, 5, 0, 0, TimeSpan.Zero);

    private static RecordedRun Recorded(long id, DateTimeOffset slot) => new(id, "job", slot.AddMinutes(1), TimeSpan.FromMinutes(1), slot, RunOutcome.Success, null);

    private static Task<SlotReading> ReadAsync(IRunRecords records, DateTimeOffset from, DateTimeOffset until)
    {
        var run = new Run { Id = 99, Job = "job", LogTime = Day(29).AddMinutes(1), Outcome = RunOutcome.Success, Success = Day(29) };
        var row = new Job { Name = "job", FirstRun = Day(1), LastSuccess = Day(29), NextRun = Day(30) };
        var facts = new BacklogFacts(CapturedBacklogs.Define("job", "1d", "05:00", backfills: true), row, JobHistory.Of([run]), null);
        return new SlotHistories(records).ReadAsync("test", facts, LogSince, (from, until), Now, TestContext.Current.CancellationToken);
    }

    /// <summary>Records that hold what they are given, and count who asks.</summary>
    private sealed class Records : IRunRecords
    {
        public DateTimeOffset? Since { get; init; }

        public IReadOnlyList<RecordedRun> Runs { get; init; } = [];

        public Exception? Fault { get; init; }

        public int Asked { get; private set; }

        public Task<IReadOnlyList<RecordedRun>> EndedAsync(string source, string job, DateTimeOffset from, DateTimeOffset until, int most, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<RecordedRun>>([.. Runs.Where(run => run.LogTime >= from && run.LogTime < until).OrderByDescending(run => run.Id).Take(most)]);

        public Task<IReadOnlyList<RecordedRun>> SucceededAsync(string source, string job, DateTimeOffset from, DateTimeOffset until, int most, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<RecordedRun>>([.. Runs.Where(run => run.Success >= from && run.Success < until).Take(most)]);

        public Task<RecordsReach> ReachAsync(string source, CancellationToken cancellationToken)
        {
            Asked++;
            return Fault is null ? Task.FromResult(new RecordsReach(Since, Whole: false, 1)) : Task.FromException<RecordsReach>(Fault);
        }
    }
}
