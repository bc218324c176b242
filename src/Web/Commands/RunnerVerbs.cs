using System.CommandLine;
using System.Globalization;
using Dashboard.Core.Configuration;
using Dashboard.Core.Database;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Retries.Store;
using Dashboard.Core.Runner;
using Dashboard.Core.Runner.Jobs;
using Dashboard.Core.Runner.Requests;
using Dashboard.Core.Schedules;
using Npgsql;

namespace Dashboard.Web.Commands;

/// <summary>
/// <c>./run tick</c> and <c>./run runner</c>: runs the jobs of a <c>crontabber.ini</c> on crontabber's own tables, once or again and again, beside Python's
/// runners if there are any.
/// </summary>
internal sealed class RunnerVerbs(Func<IConfiguration> configuration, TimeProvider clock)
{
    private readonly Option<bool> compat = new("--compat") { Description = "Exactly as crontabber 0.18 does, its faults included" };
    private readonly Option<string?> source = new("--source") { Description = "The source's name as configured, or a connection string; the first one by default" };
    private readonly Option<string?> jobs = new("--jobs") { Description = "The crontabber.ini that names the jobs, in place of the configured one" };
    private readonly Option<string?> mapping = new("--mapping") { Description = "The file that names the classes, in place of the configured one" };
    private readonly Option<bool> create = new("--create-tables") { Description = "Make crontabber's tables where the database has none" };
    private readonly Option<string?> job = new("--job") { Description = "Only this job, by its name or class" };
    private readonly Option<bool> force = new("--force") { Description = "With --job: whatever time and parents say; a lock, and a hold somebody made, keep it from running all the same" };
    private readonly Option<bool> ignoreHold = new("--ignore-hold") { Description = "With --force: run it although somebody holds it" };
    private readonly Option<string?> reset = new("--reset-job") { Description = "Forget all about this job: its row is deleted, its log stays" };
    private readonly Option<string?> mark = new("--mark-success") { Description = "Count this job as having succeeded now, without running it" };
    private readonly Option<double> interval = new("--interval") { Description = "Seconds from the beginning of one tick to the next", DefaultValueFactory = _ => RunnerLoop.Usual.TotalSeconds };

    /// <summary>Both.</summary>
    public static IEnumerable<Command> Create(Func<IConfiguration> configuration, TimeProvider clock)
    {
        yield return new RunnerVerbs(configuration, clock).Tick();
        yield return new RunnerVerbs(configuration, clock).Runner();
    }

    private Command Tick()
    {
        var command = new Command("tick", "Runs what is due, once, as cron would start it. 0 when it went through all jobs, 1 died, 2 a row was locked, 3 a job was ongoing.")
        {
            job, force, ignoreHold, reset, mark, compat, source, jobs, mapping, create,
        };
        command.Validators.Add(asked =>
        {
            if (asked.GetValue(force) && asked.GetValue(job) is null)
            {
                asked.AddError("--force goes with --job.");
            }

            if (asked.GetValue(ignoreHold) && !asked.GetValue(force))
            {
                asked.AddError("--ignore-hold goes with --force.");
            }

            if (((string?[])[asked.GetValue(job), asked.GetValue(reset), asked.GetValue(mark)]).Count(name => name is not null) > 1)
            {
                asked.AddError("Only one of --job, --reset-job and --mark-success.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var stage = await OpenAsync(parsed, cancellationToken);
            if (parsed.GetValue(reset) is { } forgotten)
            {
                var gone = await stage.Table.ResetAsync(stage.Find(forgotten).Name, cancellationToken);
                await parsed.InvocationConfiguration.Error.WriteLineAsync(gone ? "App reset" : "App already reset");
                return 0;
            }

            if (parsed.GetValue(mark) is { } marked)
            {
                return await MarkAsync(parsed, stage, marked, cancellationToken);
            }

            var report = parsed.GetValue(job) is { } named
                ? await stage.Tick.RunOneAsync(named, parsed.GetValue(force), parsed.GetValue(ignoreHold), cancellationToken)
                : await stage.Tick.RunAsync(cancellationToken);
            await SayAsync(parsed, report);
            return await stage.Tick.WrittenAsync(cancellationToken) && report.ExitCode == 2 && !parsed.GetValue(compat) ? 0 : report.ExitCode;
        });
        return command;
    }

    private Command Runner()
    {
        var command = new Command("runner", "Runs what is due, tick after tick, until it is asked to quit (Ctrl-C, SIGTERM): the running job is then ended and its lock given back.")
        {
            interval, compat, source, jobs, mapping, create,
        };
        command.Validators.Add(asked =>
        {
            if (asked.GetValue(interval) is not (>= 1 and <= 86_400))
            {
                asked.AddError("--interval is from 1 to 86400 seconds.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var stage = await OpenAsync(parsed, cancellationToken);
            await RunnerLoop.RunAsync(async quit => await SayAsync(parsed, await stage.Tick.RunAsync(quit)), TimeSpan.FromSeconds(parsed.GetValue(interval)), clock, cancellationToken);
            await stage.Tick.WrittenAsync(cancellationToken);
            return 0;
        });
        return command;
    }

    private async Task<int> MarkAsync(ParseResult parsed, Stage stage, string marked, CancellationToken cancellationToken)
    {
        var (definition, now) = (stage.Find(marked), clock.GetUtcNow());
        var next = NextRunRule.AfterSuccess(definition.Schedule!, now);
        if (next.Error is { } error)
        {
            throw new VerbException($"'{marked}' cannot be marked: {error}");
        }

        if (!await stage.Table.MarkSuccessAsync(definition, next.Value, now, cancellationToken))
        {
            throw new VerbException($"'{marked}' is running: wait for its end, or reset it.");
        }

        await parsed.InvocationConfiguration.Output.WriteLineAsync($"{definition.Name}: counts as done, next run {PythonText.Str(next.Value)}");
        return 0;
    }

    private static async Task SayAsync(ParseResult parsed, TickReport report)
    {
        var output = parsed.InvocationConfiguration.Output;
        foreach (var turn in report.Turns.Where(turn => turn.Outcome is not (TurnOutcome.NotDue or TurnOutcome.NotReached)))
        {
            await output.WriteLineAsync($"{turn.Job}{(turn.Requested is { } slot ? $" for {PythonText.Str(slot)}" : "")}: {Word(turn.Outcome)} – {OneLine(turn.Because)}");
            foreach (var remark in turn.Remarks)
            {
                await output.WriteLineAsync($"  {OneLine(remark)}");
            }
        }

        if (report.EndedBecause is { } because)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(OneLine(because));
        }
    }

    private static string Word(TurnOutcome outcome) => outcome switch
    {
        TurnOutcome.Succeeded => "succeeded",
        TurnOutcome.Failed => "failed",
        TurnOutcome.Waits => "waits",
        TurnOutcome.Held => "not forced, it is held",
        TurnOutcome.Locked => "passed over, it is locked",
        TurnOutcome.RowLocked => "passed over, its row is locked",
        TurnOutcome.Cancelled => "cancelled",
        TurnOutcome.Superseded => "superseded",
        TurnOutcome.Unwritten => "end not written",
        _ => "died",
    };

    private static string OneLine(string text) => (text.Length > 500 ? text[..500] + "…" : text).ReplaceLineEndings(" ");

    private async Task<Stage> OpenAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var settings = configuration();
        var asked = await AskedSource.FindAsync(settings, clock, parsed.GetValue(source), parsed.GetValue(jobs), parsed.GetValue(mapping), cancellationToken);
        var stage = new Stage(asked);
        try
        {
            await stage.OpenAsync(settings, clock, parsed.GetValue(compat), parsed.GetValue(create), parsed.InvocationConfiguration.Error, cancellationToken);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the verbs work with.</summary>
    private sealed class Stage(AskedSource asked) : IAsyncDisposable
    {
        private readonly List<IAsyncDisposable> opened = [];
        private IReadOnlyList<RunnerJob> known = [];

        public StateTable Table { get; private set; } = null!;

        public RunnerTick Tick { get; private set; } = null!;

        public JobDefinition Find(string named) =>
            (known.FirstOrDefault(job => job.Definition.Name == named) ?? known.FirstOrDefault(job => job.Definition.ClassPath == named))?.Definition
            ?? throw new VerbException($"JobNotFoundError: {named}");

        public async Task OpenAsync(IConfiguration settings, TimeProvider clock, bool compat, bool create, TextWriter error, CancellationToken cancellationToken)
        {
            if (asked.Source.JobsFile is not { } file)
            {
                throw new VerbException($"Nothing says what '{asked.Source.Name}' runs: --jobs crontabber.ini, or name it in Sources as Jobs.");
            }

            var data = new NpgsqlDataSourceBuilder(asked.Source.ConnectionString) { ConnectionStringBuilder = { ApplicationName = "crontabber-dashboard runner" } }.Build();
            opened.Add(data);
            var told = new RetryQueue();
            var retries = new RunnerRetries { Source = asked.Source.Name, Compat = compat, Configured = Executors(file), Telemetry = told, Clock = clock };
            Table = await StateTables.FindAsync(data, create, retries, cancellationToken)
                ?? throw new VerbException($"{asked.Source.Address} has no tables of crontabber; --create-tables makes them.");

            var services = new ServiceCollection().AddSingleton(clock).AddSingleton(retries).AddRunnerJobs(JobClasses.OfThisProgram(), _ => data).BuildServiceProvider();
            opened.Add(services);
            var read = RunnerJobs.Read(file, services.GetRequiredService<JobClasses>(), services, asked.Source.MappingFile is { } names ? ScheduleFile.ReadMapping(names) : null);
            foreach (var fault in read.Faults)
            {
                await error.WriteLineAsync(fault.ToString());
            }

            if (compat && read.Faults.Count > 0)
            {
                throw new VerbException("crontabber starts nothing with such a configuration.");
            }

            known = read.Jobs;
            var options = new RunnerOptions
            {
                Source = asked.Source.Name,
                Compat = compat,
                Settings = read.Settings,
                Parallel = settings.GetValue("Runner:Parallel", 1) is >= 1 and <= RunnerOptions.MostParallel and var parallel
                    ? parallel
                    : throw new VerbException($"Runner:Parallel is from 1 to {RunnerOptions.MostParallel.ToString(CultureInfo.InvariantCulture)}."),
            };
            var (records, ticks, requests) = compat ? (null, null, null) : await KeptAsync(settings, told, clock, error, cancellationToken);
            Tick = new RunnerTick(Table, known, options, clock, records, ticks, requests);
        }

        // Jobs run without the own records too, as crontabber's do.
        private async Task<(IRunnerRecords? Records, ITickSink? Ticks, ISlotRequests? Requests)> KeptAsync(IConfiguration settings, RetryQueue told, TimeProvider clock, TextWriter error, CancellationToken cancellationToken)
        {
            try
            {
                var storage = asked.Storage ?? await DashboardStorage.VisitAsync(settings, clock, cancellationToken);
                if (asked.Storage is null)
                {
                    opened.Add(storage);
                }

                var kept = new ServiceCollection().AddSingleton(settings).AddSingleton(storage.Own).AddSingleton(clock).AddSingleton(told).AddLogging().AddRetryStore().AddRetryTelemetry().BuildServiceProvider();
                opened.Add(kept);
                foreach (var duty in kept.GetServices<IHostedService>())
                {
                    await duty.StartAsync(cancellationToken);
                    opened.Add(new Duty(duty));
                }

                return (new RunnerRecords(storage.Own.Now, asked.Source.Name), new StoredTicks(kept.GetRequiredService<IRetryStore>()), new SlotRequests(storage.Own.Now, asked.Source.Name));
            }
            catch (NpgsqlException cause)
            {
                await error.WriteLineAsync($"The dashboard's own records are out of reach, so locks are known by their age only and holds not at all: {cause.Message}");
                return (null, null, null);
            }
        }

        private static ExecutorOptions? Executors(string file)
        {
            try
            {
                return RunnerRetries.Read(file);
            }
            catch (FormatException wrong)
            {
                throw new VerbException(wrong.Message);
            }
        }

        public async ValueTask DisposeAsync()
        {
            Tick?.Dispose();
            for (var i = opened.Count - 1; i >= 0; i--)
            {
                await opened[i].DisposeAsync();
            }

            await asked.DisposeAsync();
        }

        // What was told last still goes, if it goes soon.
        private sealed class Duty(IHostedService duty) : IAsyncDisposable
        {
            public async ValueTask DisposeAsync() => await duty.StopAsync(CancellationToken.None);
        }
    }
}
