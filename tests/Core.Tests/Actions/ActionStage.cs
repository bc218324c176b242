using Dashboard.Core.Actions;
using Dashboard.Core.Actions.Plans;
using Dashboard.Core.Backfill;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runner;
using Dashboard.Core.Runner.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Dashboard.Core.Tests.Runner;
using Npgsql;

namespace Dashboard.Core.Tests.Actions;

/// <summary>Plans actions on a real state table, carries them out and lets the runner tick, exactly as crontabber would.</summary>
internal sealed class ActionStage : IAsyncDisposable
{
    public const string Source = "test";

    private ActionStage(RunnerStage runner) => Runner = runner;

    public RunnerStage Runner { get; }

    public DateTimeOffset Now => Runner.Clock.GetUtcNow();

    public static ObservedRelation State { get; } = new("public", "crontabber", 'r', RowImage.Columns.Append("app_name").ToHashSet(StringComparer.Ordinal)) { HasVersions = true };

    public static async Task<ActionStage> OpenAsync() => new(await RunnerStage.SetAsync());

    public static ScheduleBook Book(IEnumerable<RunnerJob> jobs) => ScheduleBook.Empty(Source) with
    {
        Jobs = [.. jobs.Select(job => job.Definition)],
        IsConfigured = true,
        Settings = SchedulerSettings.Crontabber,
    };

    /// <summary>What is known of a job now.</summary>
    public async Task<ActionFacts> FactsAsync(string name, params RunnerJob[] jobs)
    {
        await using var connection = await Runner.Data.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var images = new Dictionary<string, RowImage>(StringComparer.Ordinal);
        foreach (var row in await Runner.TextsAsync("select app_name from crontabber"))
        {
            images[row] = (await RowQueries.ReadAsync(connection, State, row, TestContext.Current.CancellationToken)).Image!;
        }

        return Facts(name, Book(jobs), images, Now);
    }

    /// <summary>What is known of a job with these rows.</summary>
    public static ActionFacts Facts(string name, ScheduleBook book, IReadOnlyDictionary<string, RowImage> images, DateTimeOffset now, JobHold? hold = null, LockEvidence? owner = null)
    {
        var rows = images.Select(image => PlanCompletion.Read(image.Key, image.Value)).OrderBy(job => job.Name, CodePointOrder.Instance).ToList();
        var row = rows.Find(job => job.Name == name);
        return new ActionFacts
        {
            Now = now,
            State = State,
            Image = images.GetValueOrDefault(name),
            Row = row,
            Rows = JobsSnapshot.Empty(Source) with { Jobs = rows, AsOf = now },
            Runs = RunsSnapshot.Empty(Source),
            Book = book,
            Ledger = book.Find(name) is { Schedule: not null } definition
                ? SlotLedger.For(new BacklogFacts(definition, row, JobHistory.None, null), new KnownRuns([], null), now) is { Error: null } answer ? answer.Value : null
                : null,
            Hold = hold,
            Lock = owner,
        };
    }

    /// <summary>Does what a plan says, in its one statement; false when nothing was to be changed any more.</summary>
    public async Task<bool> CommitAsync(ActionPlan plan)
    {
        Assert.Null(plan.Refusal);
        await using var connection = await Runner.Data.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { RowStatement.Of(plan.Edit, State, Flavour.Crontabber, plan.Job) } };
        try
        {
            await batch.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            return true;
        }
        catch (PostgresException cause) when (cause.SqlState == PostgresErrorCodes.DivisionByZero)
        {
            return false;
        }
    }

    public async Task<ActionPlan> PlanAsync(ActionWish wish, params RunnerJob[] jobs) => ActionPlan.For(wish, await FactsAsync(wish.Job, jobs));

    public static ActionWish Wish(ActionKind kind, string job) => new(kind, Source, job);

    /// <summary>The successes of a job in the log, in order.</summary>
    public async Task<IReadOnlyList<DateTimeOffset>> SucceededAsync(string job, int skip = 0)
    {
        await using var command = Runner.Data.CreateCommand("select success from crontabber_log where app_name = @job and success is not null order by id");
        command.Parameters.AddWithValue("job", job);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var moments = new List<DateTimeOffset>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            moments.Add(reader.GetFieldValue<DateTimeOffset>(0));
        }

        return moments[skip..];
    }

    public ValueTask DisposeAsync() => Runner.DisposeAsync();
}
