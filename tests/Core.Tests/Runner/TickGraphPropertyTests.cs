using FsCheck.Xunit;
using static Dashboard.Core.Tests.Runner.RunnerStage;

namespace Dashboard.Core.Tests.Runner;

/// <summary>Whatever the graph, whichever jobs fail, however many run at once: each due job whose parents succeeded runs exactly once, no other does.</summary>
public sealed class TickGraphPropertyTests
{
    [Property(MaxTest = 25)]
    public async Task Every_job_whose_parents_succeeded_runs_exactly_once(byte count, (byte, byte)[] edges, byte[] luck, byte parallel)
    {
        await using var stage = await SetAsync();
        var size = (count % 12) + 1;
        var parents = Enumerable.Range(0, size).Select(_ => new SortedSet<int>()).ToArray();
        foreach (var (one, other) in edges ?? [])
        {
            var (low, high) = (Math.Min(one % size, other % size), Math.Max(one % size, other % size));
            if (low < high)
            {
                parents[high].Add(low);
            }
        }

        bool Fails(int job) => luck is { Length: > 0 } && luck[job % luck.Length] % 4 == 0;
        var ran = new int[size];
        var jobs = Enumerable.Range(0, size).Select(number => Job(
            $"job-{number:d2}",
            (_, _) =>
            {
                Interlocked.Increment(ref ran[number]);
                return Fails(number) ? throw new TimeoutException("unlucky") : Task.CompletedTask;
            },
            after: [.. parents[number].Select(parent => $"job-{parent:d2}")])).ToArray();

        var report = await stage.Tick(jobs, new Dashboard.Core.Runner.RunnerOptions { Parallel = (parallel % 4) + 1 }).RunAsync(TestContext.Current.CancellationToken);

        var should = new int[size];
        for (var number = 0; number < size; number++)
        {
            should[number] = parents[number].All(parent => should[parent] == 1 && !Fails(parent)) ? 1 : 0;
        }

        Assert.Equal(should, ran);
        Assert.Equal((0, size), (report.ExitCode, report.Turns.Count));
        Assert.Equal(should.Sum(), (await stage.LogAsync()).Count);
    }
}
