using Dashboard.Core.Sources;

namespace Dashboard.Core.Tests.Sources;

/// <summary>How long is rested between two readings, and what a reading is told.</summary>
public sealed class ReadingPaceTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(2);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Changes_that_come_one_by_one_are_read_at_once_however_long_they_come(int arrived)
    {
        var pace = new ReadingPace();

        Assert.All(Enumerable.Range(0, 100), _ => Assert.Equal(TimeSpan.Zero, pace.Remaining(TimeSpan.FromMilliseconds(8), arrived)));
    }

    [Fact]
    public void In_a_flood_the_rest_doubles_to_fifty_milliseconds_and_is_over_with_it()
    {
        var pace = new ReadingPace();
        var whole = Enumerable.Range(0, 6).Select(_ => (pace.Remaining(Short, ReadingPace.Flood) + ReadingPace.Shortest).TotalMilliseconds);

        Assert.Equal([8, 16, 32, 50, 50, 50], whole);
        Assert.Equal(TimeSpan.Zero, pace.Remaining(Short, arrived: 0));
    }

    [Fact]
    public void In_a_flood_no_more_than_a_third_of_the_time_is_spent_reading()
    {
        var pace = new ReadingPace();
        var reading = TimeSpan.FromMilliseconds(300);

        Assert.Equal(reading * 2, pace.Remaining(reading, ReadingPace.Flood) + ReadingPace.Shortest);
    }

    [Fact]
    public async Task What_was_raised_since_the_last_reading_is_taken_as_one_with_all_its_transactions()
    {
        var signal = new ChangeSignal();
        signal.Raise(SourceChange.Jobs, 7);
        signal.Raise(SourceChange.Runs, 8);
        signal.Raise(SourceChange.Jobs);

        Assert.Equal(3, signal.Waiting);
        var news = await signal.TakeAsync(TestContext.Current.CancellationToken);
        Assert.Equal((SourceChange.Jobs | SourceChange.Runs, 0), (news.Change, signal.Waiting));
        Assert.Equal([7u, 8u], news.Transactions);
        signal.Raise(SourceChange.Jobs);
        Assert.Empty((await signal.TakeAsync(TestContext.Current.CancellationToken)).Transactions);
    }

    [Fact]
    public async Task Of_a_flood_the_newest_transactions_are_kept()
    {
        var signal = new ChangeSignal();
        for (var transaction = 1u; transaction <= 1_000; transaction++)
        {
            signal.Raise(SourceChange.Jobs, transaction);
        }

        var news = await signal.TakeAsync(TestContext.Current.CancellationToken);
        Assert.Equal((256, 1_000u), (news.Transactions.Count, news.Transactions[^1]));
    }

    [Theory]
    [InlineData("COMMIT 1234", 1234u)]
    [InlineData("COMMIT 4294967295", 4294967295u)]
    [InlineData("COMMIT", null)]
    [InlineData("BEGIN 1234", null)]
    [InlineData("table public.crontabber: UPDATE: app_name[text]:'COMMIT 12'", null)]
    public void The_end_of_a_transaction_names_it(string line, uint? transaction) => Assert.Equal(transaction, DecodedTables.Committed(line));
}
