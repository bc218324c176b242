using Dashboard.Core.Database;
using Dashboard.Core.Failures;
using Dashboard.Core.Ledger;
using Dashboard.Core.Retries;
using Dashboard.Core.Runs;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Core.Verdicts.Replay;
using Dashboard.Core.Verdicts.Simulation;
using Dashboard.Kit;
using Npgsql;
using Fault = Dashboard.Core.Verdicts.Simulation.Fault;

namespace Dashboard.Core.Tests.Ledger;

/// <summary>A dashboard that begins again knows from its records what it knew before.</summary>
public sealed class HealRecordsTests : IAsyncLifetime
{
    private const string Source = "replay";
    private const int Days = 8;

    private OwnDatabase own = null!;
    private RunRecordStore store = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var postgres = await TestPostgres.SharedAsync();
        own = new OwnDatabase(await postgres.NewDatabaseAsync());
        await own.MigrateAsync(Stop);
        store = new RunRecordStore(own);
    }

    public async ValueTask DisposeAsync() => await own.DisposeAsync();

    [Fact]
    public async Task After_a_restart_the_same_chances_and_the_same_verdicts_are_said()
    {
        var world = WorldMix.For(11, Days, 12);
        var script = FaultMix.For(WorldMix.For(11, 45, 40) with { Jobs = world.Jobs }).Select((fault, i) => fault with { Id = $"{i}", At = world.Start + ((fault.At - world.Start) / 6), Until = world.Start + ((fault.At - world.Start) / 6) + (fault.Until - fault.At) }).ToArray();
        Fault[] outages = [Away("postgresql", 2, 120), Away("rabbitmq", 3, 20), Away("s3", 4, 20), Away("postgresql", 5, 4)];
        var (history, _) = SimulatedScheduler.Run(world, [.. script, .. outages]);
        var (source, memory, settings) = (new ReplayedSource(world), new HealMemory(), new VerdictSettings());
        var (newest, runs, said) = (0L, new List<Run>(), (VerdictSnapshot?)null);
        using var lines = history.GetEnumerator();
        var more = lines.MoveNext();
        VerdictFacts? facts = null;
        var restart = world.Start.AddDays(Days - 1);
        for (var now = world.Start; now <= restart; now += TimeSpan.FromMinutes(5))
        {
            for (; more && lines.Current.At <= now; more = lines.MoveNext())
            {
                source.Apply(lines.Current);
            }

            facts = source.Facts(now);
            runs.AddRange(facts.Standings.Jobs.SelectMany(job => job.History.Runs).Where(run => run.Id > newest));
            newest = runs.Count == 0 ? 0 : runs.Max(run => run.Id);
            var next = VerdictEngine.Evaluate(facts, settings, memory.Learn(facts, said), now, said);
            await KeepAsync(now, said, next, facts.Ended);
            said = next;
        }

        await store.RecordAsync(Source, RunToRecord.Of(runs, FrameRule.Usual), null, Stop);
        var again = await new HealRecords(own, store).RememberedAsync(Source, restart, Stop);
        var (before, after) = (memory.Model, again.Learn(facts!, null));

        Assert.InRange(before.Runs.Lessons, 50, int.MaxValue);
        Assert.InRange(before.Attempts.Lessons, 5, int.MaxValue);
        Assert.Equal((before.Runs.Lessons, before.Attempts.Lessons), (after.Runs.Lessons, after.Attempts.Lessons));
        Assert.Equal(Chances(before, world), Chances(after, world));
        Assert.Contains(world.Jobs, job => after.Runs.Known(job.Name, FailureClass.Network, "socket.timeout: timed out", 1) != after.Runs.Known(job.Name, FailureClass.Network, null, 1));
        Assert.Equal(before.Lately, after.Lately);
        Assert.Equal(Said(facts!, before, restart), Said(facts!, after, restart));
        Assert.Same(after, again.Learn(facts!, null));

        Fault Away(string resource, int day, int minutes) => new()
        {
            Id = $"{resource} {day}", Kind = FaultKind.Outage, Target = resource, At = world.Start.AddDays(day), Until = world.Start.AddDays(day).AddMinutes(minutes), Retryable = true,
            ErrorType = "psycopg2.OperationalError", ErrorValue = "could not connect to server: Connection refused",
        };
    }

    [Fact]
    public async Task Nothing_on_record_is_nothing_learned()
    {
        var memory = await new HealRecords(own, store).RememberedAsync(Source, DateTimeOffset.UnixEpoch.AddYears(50), Stop);

        Assert.Equal((0, 0), (memory.Model.Runs.Lessons, memory.Model.Attempts.Lessons));
    }

    private async Task KeepAsync(DateTimeOffset now, VerdictSnapshot? before, VerdictSnapshot said, IReadOnlyList<RetryStreak> ended)
    {
        foreach (var verdict in said.Jobs.Where(verdict => before?.Find(verdict.Job)?.State != verdict.State))
        {
            await WriteAsync("insert into dashboard.verdict_event (id, source, app_name, at, verdict, headline, detail) values ($1, 'replay', $2, $3, $4, '', '{}')", Guid.CreateVersion7(), verdict.Job, now, $"{verdict.State}");
        }

        foreach (var streak in ended)
        {
            await WriteAsync(
                "insert into dashboard.retry_streak (id, key, newest, source, host, process, thread, app_name, resource, backend, executor, started_at, state, ended_at, attempts, heard_at, class, marks) values ($1, $1, false, 'replay', '', '', '', $2, $3, '', '', $4, $5, $6, $7, $4, $8, '[]')",
                streak.Id, streak.AppName!, streak.Who.Resource, streak.StartedAt, RetryWords.Of(streak.State), streak.EndedAt!.Value, streak.Attempts, RetryWords.Of(streak.Class ?? FailureClass.Unknown));
        }
    }

    private async Task WriteAsync(string sql, params object[] values)
    {
        await using var command = own.Source.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await command.ExecuteNonQueryAsync(Stop);
    }

    private static List<string> Chances(HealModel model, SimulatedWorld world) =>
    [
        .. from kind in Enum.GetValues<FailureClass>()
           from failures in Enumerable.Range(1, HealCounts.Pooled)
           from scope in world.Jobs.Select(job => job.Name).Concat(world.Resources.Select(resource => resource.Name))
           from words in (string?[])[null, "socket.timeout: timed out", "RuntimeError: the other side gave up"]
           select $"{scope} {kind} {words} {failures}: {model.Runs.Hazard(scope, kind, words, failures):R} {model.Runs.Known(scope, kind, words, failures)} {model.Attempts.Hazard(scope, kind, words, failures):R} {model.Attempts.Known(scope, kind, words, failures)}",
    ];

    private static List<string> Said(VerdictFacts facts, HealModel model, DateTimeOffset now) =>
        [.. VerdictEngine.Evaluate(facts, new VerdictSettings(), model, now).Jobs.Select(verdict => $"{verdict.Job} {verdict.State} {verdict.Headline} {verdict.Heal}")];
}
