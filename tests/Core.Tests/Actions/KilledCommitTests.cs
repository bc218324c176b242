using Dashboard.Core.Actions;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Sources;
using Dashboard.Kit;

namespace Dashboard.Core.Tests.Actions;

/// <summary>
/// A node killed with SIGKILL at every await of a commit: before its first question reaches a database, and after each is answered and before the answer is back. Between an
/// answer and the next question it only thinks, so one place stands for both. What another node then finds is an action that had no effect or one, with one last word in the
/// audit, or a plan nobody has touched.
/// </summary>
/// <remarks>One action of each way to commit: a row changed, a row deleted, a row and a hold, no row. The commonest is killed everywhere, the others at every third place; <c>./run bench kills</c> does all of it.</remarks>
public sealed class KilledCommitTests
{
    /// <summary>A commit does not take more round trips; one that did would never end this test.</summary>
    private const int Most = 60;

    // Every change of the row, by whoever: the effect is counted where it falls.
    private const string CountingSql = """
        create table effect (at timestamptz not null default clock_timestamp());
        create function effect() returns trigger language plpgsql as $$ begin insert into effect default values; return null; end $$;
        """;

    // As it was before the last kill, in both databases.
    private const string AgainSql = """
        drop trigger if exists effect on crontabber;
        delete from crontabber where app_name = 'slow';
        insert into crontabber values ('slow', now() + interval '1 hour', '2026-01-01Z', now() - interval '1 minute', now() - interval '1 minute', null, 2, '{}', '{"type": "x", "value": "y", "traceback": ""}');
        truncate effect;
        create trigger effect after insert or update or delete on crontabber for each row execute function effect()
        """;

    private const string UnmarkedSql = """
        delete from dashboard.job_hold;
        delete from dashboard.acknowledgement
        """;

    private static readonly bool Everywhere = Environment.GetEnvironmentVariable("DASHBOARD_KILLS") == "everywhere";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ActionKind.RunNow, 1, 0)]
    [InlineData(ActionKind.Reset, 1, 0)]
    [InlineData(ActionKind.Hold, 1, 1)]
    [InlineData(ActionKind.Acknowledge, 0, 1)]
    public async Task Wherever_a_node_is_killed_its_action_has_no_effect_or_one_and_one_last_word(ActionKind kind, int effects, int marks)
    {
        await using var stage = await CommitStage.SetAsync();
        await stage.Observed.ExecuteAsync(CountingSql);
        var found = new List<ActionState>();
        IEnumerable<(int Trip, Passing Way)> all = [(1, Passing.Asked), .. Enumerable.Range(1, Most).Select(trip => (trip, Passing.Answered))];
        var places = Everywhere || kind == ActionKind.RunNow ? all : all.Where((_, place) => place % 3 == 0);
        foreach (var (trip, way) in places)
        {
            await stage.Observed.ExecuteAsync(AgainSql);
            await OwnAsync(stage, UnmarkedSql);
            if (await KilledAtAsync(stage, kind, trip, way) is not { } id)
            {
                // It came to its end before that many trips: everywhere before was seen.
                break;
            }

            var action = await ResolvedAsync(stage, id);
            var at = $"{kind} killed at trip {trip}, {way}: {action.State}";
            Assert.True(action.State is ActionState.Planned or ActionState.Nothing or ActionState.Done, at);
            var done = action.State == ActionState.Done;
            Assert.True((done ? effects : 0, done ? marks : 0) == await EffectsAsync(stage, id), at);
            Assert.Equal(action.State switch { ActionState.Planned => [], ActionState.Done => ["began", "done"], _ => ["began", "nothing"] }, await WordsAsync(stage, id));

            // Whoever sends the same again gets the same answer; a plan nobody had touched is carried out.
            var again = await stage.CommitAsync(action);
            var carriedOut = done || action.State == ActionState.Planned;
            Assert.Equal((carriedOut ? ActionOutcome.Done : ActionOutcome.Refused, action.State != ActionState.Planned), (again.Outcome, again.IsReplay));
            Assert.True((carriedOut ? effects : 0, carriedOut ? marks : 0) == await EffectsAsync(stage, id), at);
            Assert.Equal(["began", carriedOut ? "done" : "nothing"], await WordsAsync(stage, id));
            found.Add(action.State);
        }

        // Early enough nothing has begun, late enough all is done; only where two databases take part is there something between.
        Assert.InRange(found.Count, 3, places.Count() - 1);
        Assert.Equal(effects == 0 ? [ActionState.Planned, ActionState.Done] : [ActionState.Planned, ActionState.Nothing, ActionState.Done], found.Distinct());
        Assert.Empty((await AuditVerification.RunAsync(stage.Audit, [], Token)).Faults);
    }

    // The plan of the node that was killed there; null when it came to its end before.
    private static async Task<Guid?> KilledAtAsync(CommitStage stage, ActionKind kind, int trip, Passing way)
    {
        var port = (await TestPostgres.SharedAsync()).Port;
        var trips = new RoundTrips();
        await using var observed = FaultProxy.Before(port, trips.LetsAsync);
        await using var own = FaultProxy.Before(port, trips.LetsAsync);
        using var child = ActionChild.Start(kind, observed.Through(stage.Observed.Source.Source.ConnectionString), own.Through(stage.Own.Source.ConnectionString));
        try
        {
            var id = Guid.Parse(await child.StandardOutput.ReadLineAsync(Token) ?? "");

            // Planning has opened its connections, so what is counted is the commit's own.
            trips.Hold(trip, way);
            await child.StandardInput.WriteLineAsync("go");
            await child.StandardInput.FlushAsync(Token);
            var end = child.StandardOutput.ReadLineAsync(Token).AsTask();
            if (await Task.WhenAny(trips.Reached, end) == end)
            {
                Assert.Equal("Done", await end);
                return null;
            }

            return id;
        }
        finally
        {
            child.Kill();
            trips.Lose();
            await child.WaitForExitAsync(Token);
        }
    }

    // As another node does it: the server takes a moment to see that its client is gone.
    private static async Task<KeptAction> ResolvedAsync(CommitStage stage, Guid id)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Token);
        deadline.CancelAfter(RunningDashboard.Deadline);
        while (true)
        {
            await stage.Resolver.LookAsync(TimeSpan.Zero, TimeSpan.Zero, deadline.Token);
            if (await stage.Actions.FindAsync(id, deadline.Token) is { State: not ActionState.Committing } resolved)
            {
                return resolved;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, deadline.Token);
        }
    }

    private static async Task<(int Effects, int Marks)> EffectsAsync(CommitStage stage, Guid id)
    {
        await using var marks = stage.Own.Source.CreateCommand("select (select count(*) from dashboard.job_hold where action = $1) + (select count(*) from dashboard.acknowledgement where action = $1)");
        marks.Parameters.Add(new Npgsql.NpgsqlParameter<Guid> { TypedValue = id });
        return ((int)await stage.Observed.ScalarAsync<long>("select count(*) from effect"), (int)(long)(await marks.ExecuteScalarAsync(Token))!);
    }

    private static async Task<IReadOnlyList<string>> WordsAsync(CommitStage stage, Guid id) =>
        [.. (await stage.Audit.OnwardAsync(0, 10_000, Token)).Where(line => line.Entry.Action == id).Select(line => line.Entry.Event)];

    private static async Task OwnAsync(CommitStage stage, string sql)
    {
        await using var command = stage.Own.Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Token);
    }
}
