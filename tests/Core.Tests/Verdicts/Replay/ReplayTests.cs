using Dashboard.Core.Verdicts.Engine;
using Dashboard.Core.Verdicts.Replay;
using Dashboard.Core.Verdicts.Simulation;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Dashboard.Core.Tests.Verdicts.Replay;

/// <summary>The engine over simulated days: laws that hold whatever goes wrong.</summary>
public sealed class ReplayTests
{
    private const int Days = 4;
    private const int Jobs = 14;
    private static readonly DateTimeOffset Start = WorldMix.For(1, 1, 1).Start;

    [Fact]
    public void The_same_seed_gives_the_same_history_and_another_seed_another()
    {
        var (one, same, other) = (Simulated(7), Simulated(7), Simulated(8));

        Assert.Equal(one.History, same.History);
        Assert.Equal(one.Truth.Select(incident => (incident.Id, incident.Begin, incident.Whole)), same.Truth.Select(incident => (incident.Id, incident.Begin, incident.Whole)));
        Assert.NotEqual(one.History, other.History);
        Assert.Equal(one.History.OrderBy(line => line.At).Select(line => line.At), one.History.Select(line => line.At));
    }

    [Property(MaxTest = 4)]
    public FsCheck.Property The_same_history_is_judged_the_same(byte seed) => ((Func<bool>)(() =>
    {
        var world = Simulated(seed);
        return Said(world, world.History).SequenceEqual(Said(world, world.History), StringComparer.Ordinal);
    })).ToProperty();

    [Property(MaxTest = 4)]
    public FsCheck.Property Later_rows_never_change_a_past_verdict(byte seed) => ((Func<bool>)(() =>
    {
        var world = Simulated(seed);
        var half = Start.AddDays(Days / 2.0);
        var early = Said(world, [.. world.History.TakeWhile(line => line.At < half)], half);
        return early.Count > 0 && Said(world, world.History, half).SequenceEqual(early, StringComparer.Ordinal);
    })).ToProperty();

    [Property(MaxTest = 4)]
    public FsCheck.Property A_page_stays_until_a_run_succeeds_and_each_root_is_there_once(byte seed) => ((Func<bool>)(() =>
    {
        var world = Simulated(seed);
        var good = world.History.Where(line => line.Log?.Success is not null || line.State is { ErrorCount: 0, Ongoing: null }).ToLookup(line => line.Job!, line => line.At, StringComparer.Ordinal);
        var paged = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var holds = true;
        _ = ReplayRun.Of(world.World, world.History, [], new VerdictSettings(), CancellationToken.None, (now, said) =>
        {
            holds &= said.Roots.DistinctBy(root => root.Root).Count() == said.Roots.Count;
            foreach (var verdict in said.Jobs)
            {
                if (verdict.State == VerdictState.Page)
                {
                    paged.TryAdd(verdict.Job, now);
                }
                else if (paged.Remove(verdict.Job, out var since))
                {
                    // Behind a scheduler that is dead it waits with all others.
                    holds &= verdict.Root?.Kind == RootKind.Scheduler || good[verdict.Job].Any(at => at >= since.AddMinutes(-1) && at <= now);
                }

                holds &= verdict.Heal is not { Grade: ForecastGrade.None } heal || (heal.Likely, heal.By80, heal.ByDeadline, heal.NextTry) == (null, null, null, null);
                holds &= verdict.InputHash.Length == 16;
            }
        });
        return holds;
    })).ToProperty();

    [Fact]
    public void A_refused_password_of_a_resource_is_one_page_for_all_jobs_that_need_it()
    {
        var world = WorldMix.For(3, 3, 20);
        world = world with { Jobs = [.. world.Jobs.Select(job => job with { Resources = ["elasticsearch"], DependsOn = [] })] };
        var refused = new Fault
        {
            Id = "password", Kind = FaultKind.Outage, Target = "elasticsearch", At = Start.AddDays(2), Until = Start.AddDays(2).AddHours(6), EndedBy = FaultEnd.Human, Retryable = true,
            ErrorType = "psycopg2.OperationalError", ErrorValue = "FATAL:  password authentication failed for user \"breakpad_rw\"",
        };
        var (history, truth) = SimulatedScheduler.Run(world, [refused]);
        var score = ReplayRun.Of(world, history, truth, new VerdictSettings(), CancellationToken.None).Scores[0];

        Assert.True(Assert.Single(truth).NeededPage);
        Assert.Equal((1, 1, 0, 0, 0), (score.Pages, score.Paged, score.Late, score.Duplicates, score.Needless));
    }

    [Fact]
    public void A_lock_that_was_left_behind_is_taken_over_after_twelve_hours_and_not_after_twenty_four()
    {
        var world = new SimulatedWorld { Seed = 1, Start = Start, Days = 3, Jobs = [new SimulatedJob { Name = "hourly", Frequency = "1h", UsualSeconds = 20 }] };
        var killed = new Fault { Id = "killed", Kind = FaultKind.Killed, Target = "hourly", At = Start.AddHours(4).AddMinutes(1), Until = Start.AddDays(30) };
        var away = new Fault { Id = "away", Kind = FaultKind.Dead, At = Start.AddHours(15), Until = Start.AddHours(30), EndedBy = FaultEnd.Human };

        Assert.Equal(12, Math.Floor(Held([killed]).TotalHours));
        Assert.Equal(36, Math.Floor(Held([killed, away]).TotalHours));

        TimeSpan Held(Fault[] script)
        {
            var locked = SimulatedScheduler.Run(world, script).History.Where(line => line.State is { Ongoing: not null }).Select(line => line.State!.Ongoing!.Value).ToArray();
            return locked.Zip(locked.Skip(1), (one, next) => next - one).Max();
        }
    }

    [Fact]
    public async Task What_is_written_is_read_again()
    {
        var world = Simulated(5);
        var folder = Directory.CreateTempSubdirectory("replay").FullName;
        try
        {
            var files = new SimulationFiles(folder);
            await files.WriteAsync(world.World, world.Script, world.History, world.Truth, TestContext.Current.CancellationToken);

            Assert.Equal(world.History, files.History());
            Assert.Equal(world.Truth.Select(incident => incident.PageBy), (await files.TruthAsync(TestContext.Current.CancellationToken)).Select(incident => incident.PageBy));
            Assert.Equal(world.World.Jobs.Select(job => (job.Name, job.Time, job.UsualSeconds)), (await files.WorldAsync(TestContext.Current.CancellationToken)).Jobs.Select(job => (job.Name, job.Time, job.UsualSeconds)));
            Assert.Equal(world.Script, await SimulationFiles.FaultsAsync(Path.Combine(folder, "faults.json"), TestContext.Current.CancellationToken));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_script_that_names_what_is_not_there_is_refused()
    {
        var fault = new Fault { Id = "slip", Kind = FaultKind.Failure, Target = "nobody", At = Start, Until = Start.AddHours(1) };

        Assert.Contains("'slip' cannot be: there is no 'nobody'", Assert.Throws<InvalidDataException>(() => SimulatedScheduler.Run(WorldMix.For(1, 1, 3), [fault])).Message, StringComparison.Ordinal);
    }

    private static (SimulatedWorld World, IReadOnlyList<Fault> Script, IReadOnlyList<HistoryLine> History, IReadOnlyList<Incident> Truth) Simulated(long seed)
    {
        var world = WorldMix.For(seed, Days, Jobs);

        // As many faults in four days of fourteen jobs as elsewhere in a month of forty.
        var script = FaultMix.For(WorldMix.For(seed, 30, 40) with { Jobs = world.Jobs }).Select((fault, i) => fault with { Id = $"{i}", At = world.Start + ((fault.At - world.Start) / 8), Until = world.Start + ((fault.At - world.Start) / 8) + (fault.Until - fault.At) }).ToArray();
        var (history, truth) = SimulatedScheduler.Run(world, script);
        return (world, script, history, truth);
    }

    private static List<string> Said((SimulatedWorld World, IReadOnlyList<Fault> Script, IReadOnlyList<HistoryLine> History, IReadOnlyList<Incident> Truth) of, IReadOnlyList<HistoryLine> history, DateTimeOffset? until = null)
    {
        List<string> said = [];
        _ = ReplayRun.Of(of.World, history, [], new VerdictSettings(), CancellationToken.None, (now, snapshot) =>
        {
            if (now < (until ?? DateTimeOffset.MaxValue))
            {
                said.AddRange(snapshot.Jobs.Select(verdict => $"{now:O} {verdict.Job} {verdict.State} {verdict.Rule} {verdict.Headline} {verdict.PageBy:O} {verdict.InputHash}"));
            }
        });
        return said;
    }
}
