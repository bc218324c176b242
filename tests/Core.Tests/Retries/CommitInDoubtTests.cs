using Dashboard.Core.Retries.Executor;

namespace Dashboard.Core.Tests.Retries;

public sealed class CommitInDoubtTests
{
    private const string Plain = "TransactionExecutor";
    private const string Infinite = "TransactionExecutorWithInfiniteBackoff";

    [Theory]
    [InlineData(Plain)]
    [InlineData(Infinite)]
    public async Task A_commit_that_was_done_is_a_success_though_its_answer_is_lost(string executor)
    {
        var (executing, ran) = await LostAsync(executor, () => CommitFate.Committed);
        Assert.Equal(1, ran);
        Assert.Equal(1, executing.Resource.Asked);
        Assert.Equal(0, executing.Resource.RolledBack);
        Assert.Equal(1, executing.Counted);
    }

    [Fact]
    public async Task A_commit_that_was_not_done_is_a_failure_like_any_other()
    {
        var (executing, ran) = await LostAsync(Infinite, () => CommitFate.Aborted);
        Assert.Equal(2, ran);
        Assert.Equal(["1 Fail 10", "2 OkAfterRetry"], executing.Story);
    }

    [Fact]
    public async Task The_plain_one_raises_a_commit_that_was_not_done() =>
        await Assert.ThrowsAsync<AwayException>(() => LostAsync(Plain, () => CommitFate.Aborted));

    [Theory]
    [InlineData(Plain)]
    [InlineData(Infinite)]
    public async Task A_commit_still_under_way_is_asked_for_again_and_the_function_does_not_run(string executor)
    {
        var asked = 0;
        var (executing, ran) = await LostAsync(executor, () => ++asked < 4 ? CommitFate.InProgress : CommitFate.Committed);
        Assert.Equal(1, ran);
        Assert.Equal(["1 Fail 10", "2 Fail 30", "3 Fail 60", "4 OkAfterRetry"], executing.Story);
    }

    [Fact]
    public async Task While_nobody_answers_the_question_is_kept()
    {
        var asked = 0;
        var (executing, ran) = await LostAsync(Infinite, () => ++asked < 3 ? throw new AwayException() : CommitFate.Committed);
        Assert.Equal(1, ran);
        Assert.Equal(["1 Fail 10", "2 Fail 30", "3 OkAfterRetry"], executing.Story);
    }

    [Fact]
    public async Task A_commit_nobody_remembers_is_raised_as_in_doubt_with_its_number()
    {
        var thrown = await Assert.ThrowsAsync<CommitInDoubtException>(() => LostAsync(Infinite, () => CommitFate.Unknown));
        Assert.Equal(7ul, thrown.Proof.Number);
        Assert.Contains("scripted", thrown.Message, StringComparison.Ordinal);
        Assert.IsType<AwayException>(thrown.InnerException);
    }

    [Fact]
    public async Task A_commit_without_a_number_is_never_run_again() =>
        await Assert.ThrowsAsync<CommitInDoubtException>(() => LostAsync(Infinite, () => CommitFate.Aborted, proof: default(CommitProof)));

    [Fact]
    public async Task A_commit_of_nothing_is_run_again_without_a_question()
    {
        var (executing, ran) = await LostAsync(Infinite, () => CommitFate.Unknown, new CommitProof(CommitProofKind.NothingWritten, 0));
        Assert.Equal((2, 0), (ran, executing.Resource.Asked));
    }

    [Fact]
    public async Task A_question_nobody_may_ask_is_a_doubt() =>
        await Assert.ThrowsAsync<CommitInDoubtException>(() => LostAsync(Infinite, () => throw new NotSupportedException("password authentication failed")));

    [Fact]
    public async Task Asked_to_quit_with_the_question_open_it_says_so_at_once()
    {
        var executing = new Executing(Infinite);
        using var quit = new CancellationTokenSource();
        executing.Resource.Committing = _ => throw new AwayException();
        executing.Resource.Fate = () => new(CommitFate.InProgress);
        var run = executing.Executor.RunAsync<int>((_, _) => new(1), quit.Token).AsTask();
        await quit.CancelAsync();
        await Assert.ThrowsAsync<CommitInDoubtException>(() => run);
        Assert.Equal(TimeSpan.Zero, executing.Passed);
        Assert.Equal(["1 Fail 10", "1 Aborted"], executing.Story);
    }

    [Fact]
    public async Task A_commit_the_other_end_refused_is_no_doubt()
    {
        var executing = new Executing(Infinite);
        executing.Resource.Committing = _ => throw new AnsweredException();
        await Assert.ThrowsAsync<AnsweredException>(() => executing.FailingAsync(0, _ => new AwayException()));
        Assert.Equal(0, executing.Resource.Asked);
        Assert.Equal(1, executing.Resource.RolledBack);
    }

    // The answer to the first COMMIT is lost.
    private static async Task<(Executing Executing, int Ran)> LostAsync(string executor, Func<CommitFate> fate, CommitProof? proof = null)
    {
        var executing = new Executing(executor);
        var commits = 0;
        executing.Resource.Committing = _ => ++commits == 1 ? throw new AwayException("the answer is lost") : default;
        executing.Resource.Fate = () => new(fate());
        executing.Resource.Proof = proof ?? executing.Resource.Proof;
        var ran = 0;
        Assert.Equal(42, await executing.ToTheEndAsync(executing.Executor.RunAsync<int>(
            (_, _) =>
            {
                ran++;
                return new(42);
            },
            TestContext.Current.CancellationToken).AsTask()));
        return (executing, ran);
    }
}
