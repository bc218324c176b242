using Dashboard.Core.Access;
using Dashboard.Core.Actions;
using Dashboard.Core.Actions.Operations;

namespace Dashboard.Core.Tests.Actions;

/// <summary>One action on many jobs: looked at first, carried out one by one, paused, cancelled, taken up again by another node; each job has its own line in the audit.</summary>
public sealed class OperationTests
{
    private sealed class DiedException : Exception;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_job_is_looked_at_first_and_then_acted_on_and_what_would_not_change_says_why()
    {
        await using var stage = await ManyAsync(3);
        var made = await MadeAsync(stage, ["job-0", "job-1", "job-2", "nobody"]);
        await stage.Worker().LookAsync(Token);

        var planned = await FoundAsync(stage, made);
        Assert.Equal(OperationState.Planned, planned.Operation.State);
        Assert.Equal(["planned", "planned", "planned", "refused"], planned.Parts.Select(part => part.State));
        Assert.NotNull(planned.Parts[3].Because);
        Assert.Equal(0, await HeldAsync(stage));

        Assert.StartsWith("Type the number", (await stage.Many.CommitAsync(CommitStage.Ada, made, "disk full", 4, Token)).Because, StringComparison.Ordinal);
        Assert.Equal(OperationState.Active, (await stage.Many.CommitAsync(CommitStage.Ada, made, "disk full", 3, Token)).Value!.State);
        Assert.Equal(["job-0", "job-1", "job-2"], (await stage.Operations.LiveAsync("test", Token)).ByJob.Keys.Order(StringComparer.Ordinal));
        await stage.Worker().LookAsync(Token);

        var done = await FoundAsync(stage, made);
        Assert.Equal(OperationState.Done, done.Operation.State);
        Assert.Equal(new OperationProgress(0, 0, 3, 0, 1), done.Operation.Progress);
        Assert.Equal(3, await HeldAsync(stage));
        Assert.Equal(
            ["began hold ", "began hold job-0", "done hold job-0", "began hold job-1", "done hold job-1", "began hold job-2", "done hold job-2", "ended hold "], await stage.AuditedAsync());
        Assert.Empty((await stage.Operations.LiveAsync("test", Token)).Operations);
    }

    [Fact]
    public async Task A_node_that_dies_on_the_way_is_followed_by_another_that_goes_on_where_it_was()
    {
        await using var stage = await ManyAsync(4);
        var made = await CommittedAsync(stage, 4);
        await Assert.ThrowsAsync<DiedException>(() => stage.Worker(part => part.Name == "job-2" ? throw new DiedException() : Task.CompletedTask).LookAsync(Token));
        Assert.Equal(2, await HeldAsync(stage));

        await stage.Worker().LookAsync(Token);

        Assert.Equal(OperationState.Done, (await FoundAsync(stage, made)).Operation.State);
        Assert.Equal(4, (await stage.AuditedAsync()).Count(line => line.StartsWith("done hold job-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task While_one_node_works_on_it_no_other_does_and_once_it_is_silent_another_may()
    {
        await using var stage = await ManyAsync(2);
        var made = await CommittedAsync(stage, 2);
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());

        Assert.Equal(made, await stage.Work.LeaseAsync(one, Token));
        Assert.Null(await stage.Work.LeaseAsync(other, Token));
        await ExecuteAsync(stage, "update dashboard.operation set leased_until = now() - interval '1 second'");
        Assert.Equal(made, await stage.Work.LeaseAsync(other, Token));
        Assert.False(await stage.Work.StillAsync(made, one, OperationState.Active, Token));
    }

    [Fact]
    public async Task Many_nodes_at_once_act_on_each_job_once()
    {
        await using var stage = await ManyAsync(8);
        var made = await CommittedAsync(stage, 8);

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => stage.Worker().LookAsync(Token))));
        await stage.Worker().LookAsync(Token);

        Assert.Equal(new OperationProgress(0, 0, 8, 0, 0), (await FoundAsync(stage, made)).Operation.Progress);
        Assert.Equal(8, (await stage.AuditedAsync()).Count(line => line.StartsWith("began hold job-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Paused_nothing_further_begins_resumed_it_goes_on_and_the_rest_can_be_cancelled()
    {
        await using var stage = await ManyAsync(5);
        var made = await CommittedAsync(stage, 5);
        await stage.Worker(async part =>
        {
            if (part.Name == "job-1")
            {
                await stage.Many.PauseAsync(CommitStage.Ada, made, Token);
            }
        }).LookAsync(Token);
        Assert.Equal((OperationState.Paused, 2), ((await FoundAsync(stage, made)).Operation.State, await HeldAsync(stage)));
        await stage.Worker().LookAsync(Token);
        Assert.Equal(2, await HeldAsync(stage));

        Assert.Equal(OperationState.Active, (await stage.Many.ResumeAsync(CommitStage.Ada, made, Token)).Value!.State);
        await stage.Worker(async part =>
        {
            if (part.Name == "job-3")
            {
                await stage.Many.CancelAsync(CommitStage.Ada, made, Token);
            }
        }).LookAsync(Token);

        var ended = await FoundAsync(stage, made);
        Assert.Equal(OperationState.Cancelled, ended.Operation.State);
        Assert.Equal("cancelled", ended.Parts[4].State);
        Assert.Equal("The rest was cancelled by ada.", ended.Parts[4].Because);
        Assert.Equal(3, await HeldAsync(stage));
        Assert.NotNull((await stage.Many.ResumeAsync(CommitStage.Ada, made, Token)).Because);
        Assert.Equal(["paused hold ", "resumed hold ", "cancelled hold ", "ended hold "], (await stage.AuditedAsync()).Where(line => line.EndsWith("hold ", StringComparison.Ordinal)).Skip(1));
    }

    [Fact]
    public async Task A_job_whose_row_moved_is_left_as_it_is_and_the_others_go_on()
    {
        await using var stage = await ManyAsync(3);
        var made = await CommittedAsync(stage, 3);
        await stage.Observed.ExecuteAsync("update crontabber set error_count = 9 where app_name = 'job-1'");

        await stage.Worker().LookAsync(Token);

        Assert.Equal(["done", "stale", "done"], (await FoundAsync(stage, made)).Parts.Select(part => part.State));
        Assert.Equal(2, await HeldAsync(stage));
    }

    [Fact]
    public async Task Who_may_not_any_more_stops_it_and_who_never_might_leaves_a_line()
    {
        await using var stage = await ManyAsync(3);
        var made = await CommittedAsync(stage, 3);
        await stage.Worker(part =>
        {
            if (part.Name == "job-1")
            {
                stage.Authority.Denied.Add(Deeds.Hold);
            }

            return Task.CompletedTask;
        }).LookAsync(Token);

        var paused = (await FoundAsync(stage, made)).Operation;
        Assert.Equal(OperationState.Paused, paused.State);
        Assert.StartsWith("Paused, for ada may not go on", paused.Because, StringComparison.Ordinal);
        Assert.Equal(1, await HeldAsync(stage));
        Assert.True((await stage.Many.ResumeAsync(CommitStage.Ada, made, Token)).IsDenied);
        Assert.True((await stage.Many.CancelAsync(CommitStage.Ada, made, Token)).IsDenied);
        Assert.Equal(3, (await stage.AuditedAsync()).Count(line => line == "denied hold "));
    }

    [Fact]
    public async Task One_that_is_committed_twice_at_once_is_committed_once()
    {
        await using var stage = await ManyAsync(2);
        var made = await MadeAsync(stage, ["job-0", "job-1"]);
        await stage.Worker().LookAsync(Token);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => stage.Many.CommitAsync(CommitStage.Ada, made, "because", 2, Token))));

        Assert.Single(answers, answer => answer.Value is not null);
        Assert.Single(await stage.AuditedAsync());
    }

    [Theory]
    [InlineData(ActionKind.Backfill, 1, "Backfill is not done on many jobs at once.")]
    [InlineData(ActionKind.Hold, 1, "A hold needs an end.")]
    [InlineData(ActionKind.RunNow, 0, "No job was chosen.")]
    [InlineData(ActionKind.RunNow, 2_001, "2,001 jobs are more than the 2,000 that can be acted on at once: narrow the search.")]
    public async Task What_makes_no_sense_is_not_begun(ActionKind kind, int jobs, string because)
    {
        await using var stage = await CommitStage.SetAsync();

        var answer = await stage.Many.MakeAsync(CommitStage.Ada, "test", kind, [.. Enumerable.Range(0, jobs).Select(job => $"job-{job}")], "chosen", null, Token);

        Assert.Equal(because, answer.Because);
    }

    private static async Task<CommitStage> ManyAsync(int jobs)
    {
        var stage = await CommitStage.SetAsync();
        await stage.Observed.ExecuteAsync($"insert into crontabber select 'job-' || n, now() + interval '1 hour', '2026-01-01Z', now() - interval '1 minute', now() - interval '1 minute', null, 0, '{"{}"}', '{"{}"}' from generate_series(0, {jobs - 1}) n");
        stage.Book = stage.Book with { Jobs = [.. Enumerable.Range(0, jobs).Select(job => new Core.Schedules.JobDefinition { Name = $"job-{job}", Schedule = new Core.Schedules.Schedule("1h", null, Backfills: false) })] };
        return stage;
    }

    private static async Task<Guid> MadeAsync(CommitStage stage, IReadOnlyCollection<string> jobs)
    {
        var answer = await stage.Many.MakeAsync(CommitStage.Ada, "test", ActionKind.Hold, jobs, "chosen one by one", TimeProvider.System.GetUtcNow().AddHours(3), Token);
        Assert.Null(answer.Because);
        return answer.Value!.Id;
    }

    private static async Task<Guid> CommittedAsync(CommitStage stage, int jobs)
    {
        var made = await MadeAsync(stage, [.. Enumerable.Range(0, jobs).Select(job => $"job-{job}")]);
        await stage.Worker().LookAsync(Token);
        Assert.Null((await stage.Many.CommitAsync(CommitStage.Ada, made, "because of the test", jobs, Token)).Because);
        return made;
    }

    private static async Task<OperationView> FoundAsync(CommitStage stage, Guid id) => (await stage.Many.FindAsync(CommitStage.Ada, id, Token)).Value!;

    private static async Task<long> HeldAsync(CommitStage stage) => await stage.Observed.ScalarAsync<long>("select count(*) from crontabber where app_name like 'job-%' and next_run > now() + interval '2 hours'");

    private static async Task ExecuteAsync(CommitStage stage, string sql)
    {
        await using var command = stage.Own.Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Token);
    }
}
