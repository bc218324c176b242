using Dashboard.Core.Dependencies;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Runner.Jobs;
using Dashboard.Core.Runner.Requests;
using Dashboard.Core.Ticks;
using Npgsql;

namespace Dashboard.Core.Runner;

/// <summary>
/// One tick: goes through the jobs in crontabber's run order and runs those whose time it is. In its own way a job that is locked is passed over and the
/// tick goes on; with <see cref="RunnerOptions.Compat"/> it ends there, as crontabber's does.
/// </summary>
public sealed class RunnerTick : IDisposable
{
    private static readonly string Process = $"crontabber-dashboard {Environment.ProcessId}";

    private readonly StateTable table;
    private readonly Dictionary<string, RunnerJob> jobs;
    private readonly RunOrder order;
    private readonly RunnerOptions options;
    private readonly TimeProvider clock;
    private readonly IRunnerRecords? records;
    private readonly ITickSink? sink;
    private readonly ISlotRequests? requests;
    private readonly PendingEnds ends = new();

    /// <summary>For these jobs.</summary>
    /// <param name="table">crontabber's tables.</param>
    /// <param name="jobs">The jobs; the first of two with the same name counts.</param>
    /// <param name="options">How.</param>
    /// <param name="clock">The runner's clock.</param>
    /// <param name="records">What is kept beside crontabber's tables; null for nothing.</param>
    /// <param name="sink">Where the tick says that it is alive; null for nowhere.</param>
    /// <param name="requests">Slots people chose one by one; null for none.</param>
    public RunnerTick(
        StateTable table, IReadOnlyList<RunnerJob> jobs, RunnerOptions options, TimeProvider clock, IRunnerRecords? records = null, ITickSink? sink = null, ISlotRequests? requests = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        if (options.Parallel is < 1 or > RunnerOptions.MostParallel)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Parallel, $"From 1 to {RunnerOptions.MostParallel} jobs run at once.");
        }

        (this.table, this.options, this.clock, this.sink) = (table, options, clock, sink);
        this.records = options.Compat ? null : records;
        this.requests = options.Compat || records is null ? null : requests;
        this.jobs = jobs.DistinctBy(job => job.Definition.Name).ToDictionary(job => job.Definition.Name, StringComparer.Ordinal);
        order = RunOrder.Of(jobs.Select(job => new JobNode(job.Definition.Name, job.Definition.DependsOn)));
    }

    /// <summary>Runs what is due. Exit code 0 when it went through all jobs, whether they failed or not.</summary>
    public async Task<TickReport> RunAsync(CancellationToken quit)
    {
        await using var pulse = new Pulse(this);
        return await pulse.EndedAsync(order.Error is { } circular
            ? new TickReport([], 1, circular.ToString())
            : options.Compat ? await OneByOneAsync(pulse, quit) : await SeveralAsync(pulse, quit));
    }

    /// <summary>Runs one job, which a hold keeps from being forced.</summary>
    public Task<TickReport> RunOneAsync(string named, bool force, CancellationToken quit) => RunOneAsync(named, force, ignoresHold: false, quit);

    /// <summary>Runs one job, named by its name or class.</summary>
    /// <param name="named">The name, or the class with its module.</param>
    /// <param name="force">Whatever time and parents say; a lock and a hold keep it from running all the same.</param>
    /// <param name="ignoresHold">Whoever holds it: the force goes before that.</param>
    /// <param name="quit">The runner was asked to quit.</param>
    public async Task<TickReport> RunOneAsync(string named, bool force, bool ignoresHold, CancellationToken quit)
    {
        await using var pulse = new Pulse(this);
        if (order.Error is { } circular)
        {
            return await pulse.EndedAsync(new TickReport([], 1, circular.ToString()));
        }

        var job = jobs.GetValueOrDefault(named) ?? jobs.Values.FirstOrDefault(job => job.Definition.ClassPath == named);
        if (job is null)
        {
            return await pulse.EndedAsync(new TickReport([], 1, $"JobNotFoundError: {named}"));
        }

        var turn = force && !ignoresHold && await HeldAsync(job.Definition.Name, quit) is { } held
            ? new Turn(job.Definition.Name, TurnOutcome.Held, held)
            : await TurnAsync(job, force, pulse, quit);
        var stopped = turn.Outcome is TurnOutcome.Held or TurnOutcome.Locked or TurnOutcome.RowLocked or TurnOutcome.Unwritten or TurnOutcome.Superseded or TurnOutcome.Dies;
        return await pulse.EndedAsync(new TickReport([turn], stopped ? 1 : 0, stopped ? turn.Because : null));
    }

    /// <summary>Waits for ends of runs that were not written within <see cref="RunnerOptions.EndPatience"/>, over as many ticks as there were.</summary>
    /// <param name="quit">Gives them up: their locks are marked as nobody's then.</param>
    /// <returns>False when one was given up.</returns>
    public Task<bool> WrittenAsync(CancellationToken quit) => ends.WrittenAsync(quit);

    /// <inheritdoc/>
    public void Dispose() => ends.Dispose();

    // crontabber's way: the first lock, row lock or death ends it.
    private async Task<TickReport> OneByOneAsync(Pulse pulse, CancellationToken quit)
    {
        var turns = new List<Turn>();
        foreach (var name in order.Names)
        {
            if (quit.IsCancellationRequested)
            {
                return new TickReport(turns, 0, "the runner was asked to quit");
            }

            var turn = await TurnAsync(jobs[name], force: false, pulse, quit);
            turns.Add(turn);
            if (turn.Outcome is TurnOutcome.Dies or TurnOutcome.RowLocked or TurnOutcome.Unwritten or TurnOutcome.Locked)
            {
                turns.AddRange(order.Names.Skip(turns.Count).Select(rest => new Turn(rest, TurnOutcome.NotReached, $"the tick ended at {name}")));
                return new TickReport(turns, turn.Outcome == TurnOutcome.Dies ? 1 : turn.Outcome == TurnOutcome.Locked ? 3 : 2, $"{name}: {turn.Because}");
            }
        }

        return new TickReport(turns, 0);
    }

    // In run order; a job waits for those of its parents that have not had their turn yet.
    private async Task<TickReport> SeveralAsync(Pulse pulse, CancellationToken quit)
    {
        var turns = new List<Turn>();
        var waiting = order.Names.ToList();
        var running = new Dictionary<Task<Turn>, string>();
        while (running.Count > 0 || (waiting.Count > 0 && !quit.IsCancellationRequested))
        {
            while (running.Count < options.Parallel && !quit.IsCancellationRequested && waiting.FindIndex(MayBegin) is >= 0 and var next)
            {
                var name = waiting[next];
                waiting.RemoveAt(next);
                running.Add(TurnAsync(jobs[name], force: false, pulse, quit), name);
            }

            var ended = await Task.WhenAny(running.Keys);
            running.Remove(ended);
            turns.Add(await ended);
        }

        turns.AddRange(waiting.Select(rest => new Turn(rest, TurnOutcome.NotReached, "the runner was asked to quit")));
        if (requests is not null && !quit.IsCancellationRequested)
        {
            var served = new RequestedSlots(requests, options, clock);
            turns.AddRange(await served.ServeAsync(order.Names, asked => RequestedAsync(requests, asked, pulse, quit), quit));
        }

        var code = turns.Exists(turn => turn.Outcome == TurnOutcome.Dies) ? 1 : turns.Exists(turn => turn.Outcome == TurnOutcome.Unwritten) ? 2 : 0;
        return new TickReport(turns, code, quit.IsCancellationRequested ? "the runner was asked to quit" : null);

        bool MayBegin(string name) => jobs[name].Definition.DependsOn.All(parent => parent == name || (!waiting.Contains(parent) && !running.ContainsValue(parent)));
    }

    private Task<Turn> TurnAsync(RunnerJob job, bool force, Pulse pulse, CancellationToken quit) =>
        CountedAsync(job, pulse, async aid => await new JobTurn(aid).TakeAsync(force, quit), quit)!;

    private Task<Turn?> RequestedAsync(ISlotRequests asking, RequestedSlot asked, Pulse pulse, CancellationToken quit) =>
        CountedAsync(jobs[asked.Job], pulse, aid => new RequestedTurn(aid, asking, asked).TakeAsync(quit), quit);

    private async Task<Turn?> CountedAsync(RunnerJob job, Pulse pulse, Func<TurnAid, Task<Turn?>> takeAsync, CancellationToken quit)
    {
        try
        {
            var turn = await takeAsync(new TurnAid(job, table, options, clock, records, pulse.Heart, ends) { Began = () => pulse.BeginsAsync(job.Definition.Name) });
            if (turn is not null)
            {
                pulse.Counts(turn);
            }

            return turn;
        }
        catch (OperationCanceledException) when (quit.IsCancellationRequested)
        {
            return new Turn(job.Definition.Name, TurnOutcome.NotReached, "the runner was asked to quit");
        }
        catch (Exception cause) when (cause is NpgsqlException or CommitInDoubtException or TimeoutException)
        {
            // The state table is out of reach: crontabber dies of that, and so does this job's turn.
            return new Turn(job.Definition.Name, TurnOutcome.Dies, $"the state table cannot be used: {cause.Message}");
        }
    }

    // A hold that cannot be asked for is taken for one: whoever forces a job is there to say otherwise.
    private async Task<string?> HeldAsync(string job, CancellationToken quit)
    {
        if (records is null)
        {
            return null;
        }

        try
        {
            return await records.HoldAsync(job, quit);
        }
        catch (Exception cause) when (cause is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
        {
            return $"whether somebody holds it cannot be asked: {cause.Message}";
        }
    }

    /// <summary>What the tick tells of itself.</summary>
    private sealed class Pulse : IAsyncDisposable
    {
        private readonly RunnerTick owner;
        private readonly Lock changing = new();
        private Tick tick;

        public Pulse(RunnerTick owner)
        {
            this.owner = owner;
            var now = owner.clock.GetUtcNow();
            tick = new Tick
            {
                Id = Guid.CreateVersion7(),
                Source = owner.options.Source,
                Host = Environment.MachineName,
                Process = RunnerTick.Process,
                Runner = "dotnet",
                StartedAt = now,
                HeardAt = now,
            };
            Heart = new Heart(owner.records, owner.options.Beat, owner.clock, TellAsync);
            Heart.Start();
        }

        public Heart Heart { get; }

        public Task BeginsAsync(string job)
        {
            Change(told => told with { Running = job });
            return TellAsync(CancellationToken.None);
        }

        public void Counts(Turn turn) => Change(told => told with
        {
            Running = told.Running == turn.Job ? null : told.Running,
            Succeeded = told.Succeeded + turn.Succeeded,
            Failed = told.Failed + (turn.Outcome == TurnOutcome.Failed ? 1 : 0),
        });

        public async Task<TickReport> EndedAsync(TickReport report)
        {
            Change(told => told with { Running = null, EndedAt = owner.clock.GetUtcNow(), ExitCode = report.ExitCode, EndedBecause = report.EndedBecause });
            await TellAsync(CancellationToken.None);
            return report;
        }

        public ValueTask DisposeAsync() => Heart.DisposeAsync();

        private void Change(Func<Tick, Tick> change)
        {
            lock (changing)
            {
                tick = change(tick);
            }
        }

        private async Task TellAsync(CancellationToken cancellationToken)
        {
            if (owner.sink is null)
            {
                return;
            }

            Tick told;
            lock (changing)
            {
                told = tick = tick with { HeardAt = owner.clock.GetUtcNow() };
            }

            try
            {
                await owner.sink.TellAsync(told, cancellationToken);
            }
            catch (Exception cause) when (cause is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
            {
                // Told with the next beat; jobs do not wait for that.
            }
        }
    }
}
