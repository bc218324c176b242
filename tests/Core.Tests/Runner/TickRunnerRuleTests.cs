using Dashboard.Core.Dependencies;
using Dashboard.Core.Runner;
using Dashboard.Core.Ticks;
using static Dashboard.Core.Tests.Runner.RunnerStage;

namespace Dashboard.Core.Tests.Runner;

public sealed class TickRunnerRuleTests
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    [Fact]
    public void Where_nobody_was_heard_of_or_only_pings_crontabber_is_taken_to_run() =>
        Assert.Equal([TickRunner.Crontabber, TickRunner.Crontabber, TickRunner.Crontabber], new[] { Ask(), Ask(Heard("ping", 0)), Ask(Heard("crontabber", 300)) });

    [Theory]
    [InlineData(0, null, true, true)]
    [InlineData(119, null, true, true)]
    [InlineData(121, null, true, false)]
    [InlineData(86_400, null, true, false)]
    [InlineData(0, 3_599, false, false)]
    [InlineData(0, 3_601, true, true)]
    [InlineData(3_600, 0, false, false)]
    public void This_runner_has_a_source_for_itself_unless_another_was_heard_within_an_hour(int ownSeconds, int? otherSeconds, bool isOwn, bool isPresent)
    {
        var runner = Ask([Heard("dotnet", ownSeconds), .. otherSeconds is { } seconds ? [Heard("crontabber", seconds)] : Array.Empty<Tick>()]);

        Assert.Equal((isOwn, isPresent), (runner.IsOwn, runner.IsPresent));
    }

    [Fact]
    public void A_lock_is_held_by_whoever_lives_or_was_heard_of_and_else_its_owner_is_gone()
    {
        var runner = TickRunnerRule.Ask(
            [Heard("dotnet", 0)],
            [Lock("b-dead", 2, 0), Lock("a-alive", 1, 500), Lock("far", 3, 59), Lock("far-silent", 3, 61), Lock("two", 2, 0), Lock("two", 1, 0)],
            who => who.Process switch { 1 => true, 2 => false, _ => null },
            Silence,
            Noon);

        Assert.Equal(
            ["a-alive Alive process 1 on db1", "b-dead Gone process 2 on db1", "far Alive process 3 on db1", "far-silent Gone process 3 on db1", "two Alive process 1 on db1"],
            runner.Locks.Select(held => $"{held.Job} {held.Holder} {held.Who}"));
        Assert.Same(runner.Locks[1], runner.Of("b-dead", Noon));
        Assert.Null(runner.Of("b-dead", Noon.AddTicks(10)));
    }

    private static TickRunner Ask(params Tick[] ticks) => TickRunnerRule.Ask(ticks, [], _ => null, Silence, Noon);

    private static Tick Heard(string runner, int secondsAgo) => new()
    {
        Id = Guid.NewGuid(), Source = "test", Host = "db1", Process = "runner 1", Runner = runner, StartedAt = Noon.AddSeconds(-secondsAgo - 5), HeardAt = Noon.AddSeconds(-secondsAgo),
    };

    private static RecordedLock Lock(string job, int process, int silentSeconds) =>
        new(job, Noon, new LockOwner(Guid.NewGuid(), new ProcessIdentity("db1", "boot", process, 0), TimeSpan.FromSeconds(silentSeconds)));
}
