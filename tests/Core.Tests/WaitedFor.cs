using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Core.Tests;

/// <summary>A clock that says when somebody waits for it.</summary>
internal sealed class WaitedFor : FakeTimeProvider
{
    private readonly TaskCompletionSource waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Waiting => waiting.Task;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        waiting.TrySetResult();
        return timer;
    }
}
