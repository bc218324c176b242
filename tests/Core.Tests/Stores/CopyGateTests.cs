using Dashboard.Core.Retries;
using Dashboard.Core.Stores.Copying;
using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Core.Tests.Stores;

public sealed class CopyGateTests
{
    private readonly FakeTimeProvider clock = new();

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task As_many_are_let_in_as_the_pace_says_and_the_next_when_one_leaves()
    {
        var gate = new CopyGate(new CopyPace(2, clock, SilentTelemetry.Instance));
        await gate.EnterAsync(Now);
        await gate.EnterAsync(Now);
        var (third, fourth) = (gate.EnterAsync(Now).AsTask(), gate.EnterAsync(Now).AsTask());
        Assert.False(third.IsCompleted);

        gate.Leave();
        await third;
        Assert.False(fourth.IsCompleted);

        gate.Leave();
        await fourth;
    }

    [Fact]
    public async Task Who_does_not_wait_any_more_takes_nobody_s_place()
    {
        var gate = new CopyGate(new CopyPace(1, clock, SilentTelemetry.Instance));
        await gate.EnterAsync(Now);
        using var over = new CancellationTokenSource();
        var (gone, next) = (gate.EnterAsync(over.Token).AsTask(), gate.EnterAsync(Now).AsTask());
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);

        gate.Leave();
        await next;
    }
}
