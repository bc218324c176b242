using Dashboard.Core.Runner;
using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Core.Tests.Runner;

public sealed class KeptRunningTests
{
    private readonly FakeTimeProvider clock = new(RunnerStage.Noon);

    [Fact]
    public async Task What_dies_is_told_and_begun_again_after_a_pause_that_grows_and_is_short_again_after_a_long_life()
    {
        using var quit = new CancellationTokenSource();
        var deaths = new List<(string, double)>();
        var begun = 0;
        var lives = new TaskCompletionSource();
        var running = KeptRunning.RunAsync(
            async token =>
            {
                switch (++begun)
                {
                    case 9:
                        clock.Advance(KeptRunning.Longest);
                        throw new InvalidOperationException("after a long life");
                    case 10:
                        lives.SetResult();
                        await Task.Delay(Timeout.InfiniteTimeSpan, clock, token);
                        break;
                    default:
                        throw new InvalidOperationException($"death {begun}");
                }
            },
            clock,
            (cause, pause) => deaths.Add((cause.Message, pause.TotalSeconds)),
            quit.Token);
        for (var wait = 0; wait < 9; wait++)
        {
            Assert.Equal(wait + 1, deaths.Count);
            clock.Advance(TimeSpan.FromSeconds(deaths[^1].Item2));
            await (wait < 8 ? UntilAsync(() => deaths.Count == wait + 2) : lives.Task.WaitAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal([1d, 2, 4, 8, 16, 32, 60, 60, 1], deaths.Select(death => death.Item2));
        Assert.Equal("after a long life", deaths[^1].Item1);
        await quit.CancelAsync();
        await running;
        Assert.Equal(10, begun);
    }

    [Fact]
    public async Task Asked_to_quit_while_it_pauses_it_ends_without_another_try()
    {
        using var quit = new CancellationTokenSource();
        var begun = 0;
        var running = KeptRunning.RunAsync(
            _ =>
            {
                begun++;
                throw new InvalidOperationException();
            },
            clock,
            (_, _) => { },
            quit.Token);

        await quit.CancelAsync();
        await running;
        Assert.Equal(1, begun);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            await Task.Yield();
            deadline.Token.ThrowIfCancellationRequested();
        }
    }
}
