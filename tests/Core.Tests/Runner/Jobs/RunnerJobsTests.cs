using System.Diagnostics.CodeAnalysis;
using Dashboard.Core.Runner.Jobs;
using Dashboard.Core.Runner.Samples;
using Dashboard.Core.Schedules;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dashboard.Core.Tests.Runner.Jobs;

[SuppressMessage("Performance", "CA1822", Justification = "Methods of jobs are no static ones")]
public sealed class RunnerJobsTests
{
    [Fact]
    public void A_class_is_found_by_its_name_whatever_the_module_before_it_by_its_full_name_and_by_its_app_name()
    {
        foreach (var text in (string[])["socorro.cron.jobs.Plain", "Plain", "plain-job", typeof(Plain).FullName!.Replace('+', '.')])
        {
            var read = Read($"{text}|1h", new JobClasses().Add<Plain>());
            Assert.Empty(read.Faults);
            var job = Assert.Single(read.Jobs);
            Assert.Equal(("plain-job", text, 0), (job.Definition.Name, job.Definition.ClassPath, job.Definition.Place));
            Assert.Equal(new Schedule("1h", null, Backfills: false), job.Definition.Schedule);
            Assert.Equal(["first", "second"], job.Definition.DependsOn);
            Assert.Equal((Knowledge.Configured, Knowledge.Configured), (job.Definition.BackfillsKnown, job.Definition.DependsOnKnown));
        }
    }

    [Fact]
    public async Task A_run_gives_the_method_what_it_asks_for()
    {
        var seen = new Seen();
        using var services = Runs.Services(new JobClasses().Add<Backfilling>(), more: more => more.AddSingleton(seen));
        var job = Runs.One("[crontabber]\njobs='''Backfilling|1d|07:00'''\n[[class-Backfilling]]\ncolour = blue\n", services);
        Assert.True(job.Definition.Schedule!.Backfills);

        using var quit = new CancellationTokenSource();
        var run = Runs.Of("backfilling", Runs.Slot);
        await job.Body.RunAsync(run, quit.Token);
        await job.Body.RunAsync(run, quit.Token);
        Assert.Equal([(run, Runs.Slot, quit.Token, "blue"), (run, Runs.Slot, quit.Token, "blue")], seen.All);
        Assert.Equal(2, seen.LetGo);
    }

    [Fact]
    public void What_is_wrong_with_one_job_is_said_with_its_place_and_the_others_are_there()
    {
        var read = Read(
            """
            nobody.Unknown|1h
            Plain|1h
            Plain2|1h
            statement-missing|1h
            TakesSlot|1h
            TakesAnything|1h
            WithoutMethod|1h
            TwoUses|1h
            NeedsService|1h
            NoDatabase|1h
            shelly|1h
            odd|1h
            fine|1h
            """,
            new JobClasses().Add<Plain>().Add<TakesSlot>().Add<TakesAnything>().Add<WithoutMethod>().Add<TwoUses>().Add<NeedsService>().Add<NoDatabase>(),
            """
            [[class-Plain2]]
            kind = http
            app_name = plain-job
            url = http://127.0.0.1/
            [[class-statement-missing]]
            kind = sql
            [[class-shelly]]
            kind = subprocess
            command = rsync -a from to
            [[class-odd]]
            kind = ftp
            [[class-fine]]
            kind = subprocess
            command = /bin/true
            timout = 5
            """);

        Assert.Equal(["plain-job", "fine"], read.Jobs.Select(job => job.Definition.Name));
        Assert.Equal(
            [
                "crontabber.ini:3: 'nobody.Unknown', which is no class of this runner. Expected: one of its classes (needs-service, no-database, plain-job, takes-anything, takes-slot, …), or a section [[class-Unknown]] with kind = sql, subprocess, http.",
                "crontabber.ini:5: a second job named 'plain-job'; the first is on line 4. Expected: a name of its own for each job: they would share one row.",
                "crontabber.ini:20: neither statement nor function. Expected: statement = '''…''', or function = schema.name(:slot).",
                "crontabber.ini:21: a job of kind sql where jobs have no database. Expected: the database of jobs to be configured.",
                $"crontabber.ini:7: {typeof(TakesSlot)}: RunAsync takes DateTimeOffset slot. Expected: [BackfillJob] on the class.",
                $"crontabber.ini:8: {typeof(TakesAnything)}: RunAsync takes Uri address. Expected: NpgsqlConnection, NpgsqlTransaction, JobTransactions, JobSubprocess, JobRun, DateTimeOffset or CancellationToken: anything else belongs into the constructor.",
                $"crontabber.ini:9: {typeof(WithoutMethod)}: no method RunAsync. Expected: one: public Task RunAsync(…).",
                $"crontabber.ini:10: {typeof(TwoUses)}: [SinglePostgresTransaction] and [PostgresTransactions]. Expected: one of them.",
                $"crontabber.ini:11: {typeof(NeedsService)}: no Seen seen of its constructor. Expected: it among the services of the runner.",
                $"crontabber.ini:12: {typeof(NoDatabase)}: no database of jobs (IJobDatabase). Expected: it among the services of the runner.",
                "crontabber.ini:24: command='rsync -a from to'. Expected: each argument by itself, command = program, argument, or shell = True to give the whole line to /bin/sh.",
                "crontabber.ini:26: kind='ftp'. Expected: sql, subprocess, http.",
                "crontabber.ini:30: the option 'timout' in [[class-fine]]. Expected: one of app_name, backfill, command, depends_on, frequency, grace, kind, shell, time, timeout, working_directory; it is not used.",
            ],
            read.Faults.Select(fault => fault.ToString()));
    }

    [Theory]
    [InlineData(typeof(Nameless), "[CronJob] without a name; expected [CronJob(\"app-name\")]")]
    [InlineData(typeof(Unmade), "an abstract, static or generic class; expected one that can be made")]
    [InlineData(typeof(Twofold), "2 methods RunAsync; expected one: public Task RunAsync(…)")]
    [InlineData(typeof(Valued), "a RunAsync that is generic or gives something else than Task; expected one: public Task RunAsync(…)")]
    [InlineData(typeof(Doubled), "RunAsync takes CancellationToken 2 times; expected each once")]
    [InlineData(typeof(Unconnected), "RunAsync takes NpgsqlConnection connection; expected [SinglePostgresTransaction] or [PostgresConnectionAsArgument] on the class")]
    [InlineData(typeof(Untransacted), "RunAsync takes NpgsqlTransaction transaction; expected [SinglePostgresTransaction] on the class")]
    [InlineData(typeof(Transactionless), "RunAsync takes JobTransactions transactions; expected [PostgresTransactions] on the class")]
    [InlineData(typeof(Programless), "RunAsync takes JobSubprocess programs; expected [Subprocess] on the class")]
    public void What_is_wrong_with_the_shape_of_a_class_is_said_word_by_word(Type type, string fault) => Assert.Equal([fault], JobClass.Of(type).Faults);

    [Fact]
    public void A_class_without_a_public_constructor_an_endless_backfill_and_parents_told_otherwise_are_said_word_by_word()
    {
        var closed = Read("Closed|1h", new JobClasses().Add<Closed>());
        Assert.Equal($"crontabber.ini:3: {typeof(Closed)}: no public constructor. Expected: it among the services of the runner.", Assert.Single(closed.Faults).ToString());

        var endless = Read("Endless|0d", new JobClasses().Add<Endless>());
        Assert.Empty(endless.Jobs);
        Assert.Equal("crontabber.ini:3: the frequency '0d' of a job that backfills. Expected: a length of time: from slot to slot with no time between there is no end.", Assert.Single(endless.Faults).ToString());

        using var services = Runs.Services();
        var mapping = JobMapping.Read("""{"x.Renamed": {"app_name": "plain-job", "depends_on": ["second"]}}""", "mapping.json");
        var told = RunnerJobs.ReadText("[crontabber]\njobs='x.Renamed|1h'\n", "crontabber.ini", new JobClasses().Add<Plain>(), services, mapping);
        Assert.Equal($"mapping.json:1: depends_on of 'x.Renamed' is 'second'. Expected: 'first, second', as {typeof(Plain)} says; that holds.", Assert.Single(told.Faults).ToString());

        var same = Read("Same|1h", new JobClasses().Add<One.Same>().Add<Two.Same>());
        Assert.Equal($"crontabber.ini:3: 'Same', which may be {typeof(One.Same)} or {typeof(Two.Same)}. Expected: the full name of one class.", Assert.Single(same.Faults).ToString());
    }

    [Fact]
    public void Words_of_the_schedule_that_no_runner_understands_keep_the_job_away_and_are_said_once()
    {
        var read = Read("Plain|often", new JobClasses().Add<Plain>());
        Assert.Empty(read.Jobs);
        Assert.StartsWith("crontabber.ini:3: the frequency 'often' of 'Plain'", Assert.Single(read.Faults).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_kind_says_of_itself_what_a_class_would_and_a_mapping_file_may_too()
    {
        using var services = Runs.Services();
        const string Ini = "[crontabber]\njobs='''reports.daily|1d|03:00'''\n[[class-daily]]\nkind = subprocess\ncommand = /bin/true\n";
        var told = Runs.One(Ini + "app_name = daily-report\nbackfill = True\ndepends_on = load, clean\n", services).Definition;
        Assert.Equal(("daily-report", true, "load clean"), (told.Name, told.Schedule!.Backfills, string.Join(' ', told.DependsOn)));
        Assert.Equal("the section [[class-daily]] of crontabber.ini", told.NameEvidence);

        var mapping = JobMapping.Read("""{"reports.daily": {"app_name": "mapped", "backfill": true, "depends_on": ["load"]}}""", "mapping.json");
        var mapped = Assert.Single(RunnerJobs.ReadText(Ini, "crontabber.ini", new JobClasses(), services, mapping).Jobs).Definition;
        Assert.Equal(("mapped", true, "load"), (mapped.Name, mapped.Schedule!.Backfills, string.Join(' ', mapped.DependsOn)));
        Assert.Equal("reports.daily", Runs.One(Ini, services).Definition.Name);
    }

    [Fact]
    public void A_mapping_that_says_otherwise_than_the_class_is_told_so_and_the_class_holds()
    {
        using var services = Runs.Services();
        var mapping = JobMapping.Read("""{"x.Renamed": {"app_name": "plain-job", "backfill": true}}""", "mapping.json");
        var read = RunnerJobs.ReadText("[crontabber]\njobs='''x.Renamed|1h'''\n", "crontabber.ini", new JobClasses().Add<Plain>(), services, mapping);
        Assert.False(Assert.Single(read.Jobs).Definition.Schedule!.Backfills);
        Assert.Equal($"mapping.json:1: backfill of 'x.Renamed' is True. Expected: False, as {typeof(Plain)} says; that holds.", Assert.Single(read.Faults).ToString());
    }

    [Fact]
    public void Two_classes_of_the_same_name_are_told_apart_by_their_full_names()
    {
        var classes = new JobClasses().Add<One.Same>().Add<Two.Same>();
        Assert.Contains("which may be", Assert.Single(Read("Same|1h", classes).Faults).Found, StringComparison.Ordinal);
        Assert.Equal("second-same", Assert.Single(Read($"{typeof(Two.Same).FullName!.Replace('+', '.')}|1h", classes).Jobs).Definition.Name);
    }

    [Fact]
    public void Only_classes_that_were_given_to_the_runner_can_be_named()
    {
        Assert.Empty(Read("Dashboard.Core.Runner.Samples.AccountTransfer|1h", new JobClasses()).Jobs);
        var samples = new JobClasses().AddAssembly(typeof(AccountTransfer).Assembly, "Dashboard.Core.Runner.Samples");
        Assert.Contains(samples.All, job => job.Name == "account-transfer");
        Assert.All(samples.All, job => Assert.Empty(job.Faults));
    }

    private static RunnerJobs Read(string jobs, JobClasses classes, string sections = "")
    {
        using var services = Runs.Services(classes);
        return RunnerJobs.ReadText($"[crontabber]\njobs='''\n{jobs}'''\n{sections}\n", "crontabber.ini", classes, services);
    }

    public sealed class Seen
    {
        public List<(JobRun Run, DateTimeOffset Slot, CancellationToken Cancelled, string? Colour)> All { get; } = [];

        public int LetGo { get; set; }
    }

    [CronJob("plain-job", DependsOn = ["first", "second"])]
    public sealed class Plain
    {
        public Task RunAsync() => Task.CompletedTask;
    }

    [CronJob("backfilling")]
    [BackfillJob]
    public sealed class Backfilling(Seen seen, JobOptions options) : IDisposable
    {
        public Task RunAsync(DateTimeOffset slot, JobRun run, CancellationToken cancellationToken)
        {
            seen.All.Add((run, slot, cancellationToken, options.Text("colour")));
            return Task.CompletedTask;
        }

        public void Dispose() => seen.LetGo++;
    }

    [CronJob("takes-slot")]
    public sealed class TakesSlot
    {
        public Task RunAsync(DateTimeOffset slot) => Task.FromResult(slot);
    }

    [CronJob("takes-anything")]
    public sealed class TakesAnything
    {
        public Task RunAsync(Uri address) => Task.FromResult(address);
    }

    [CronJob("without-method")]
    public sealed class WithoutMethod;

    [CronJob("two-uses")]
    [SinglePostgresTransaction]
    [PostgresTransactions]
    public sealed class TwoUses
    {
        public Task RunAsync() => Task.CompletedTask;
    }

    [CronJob("needs-service")]
    public sealed class NeedsService(Seen seen)
    {
        public Task RunAsync() => Task.FromResult(seen);
    }

    [CronJob(" ")]
    public sealed class Nameless
    {
        public Task RunAsync() => Task.CompletedTask;
    }

    [CronJob("unmade")]
    public abstract class Unmade
    {
        public Task RunAsync() => Task.CompletedTask;
    }

    [CronJob("twofold")]
    public sealed class Twofold
    {
        public Task RunAsync() => Task.CompletedTask;

        public Task RunAsync(JobRun run) => Task.FromResult(run);
    }

    [CronJob("valued")]
    public sealed class Valued
    {
        public Task<int> RunAsync() => Task.FromResult(1);
    }

    [CronJob("doubled")]
    public sealed class Doubled
    {
        [SuppressMessage("Design", "CA1068", Justification = "That is what is wrong with it")]
        public Task RunAsync(CancellationToken one, CancellationToken other) => Task.FromResult((one, other));
    }

    [CronJob("unconnected")]
    public sealed class Unconnected
    {
        public Task RunAsync(NpgsqlConnection connection) => Task.FromResult(connection);
    }

    [CronJob("untransacted")]
    [PostgresConnectionAsArgument]
    public sealed class Untransacted
    {
        public Task RunAsync(NpgsqlTransaction transaction) => Task.FromResult(transaction);
    }

    [CronJob("transactionless")]
    public sealed class Transactionless
    {
        public Task RunAsync(JobTransactions transactions) => Task.FromResult(transactions);
    }

    [CronJob("programless")]
    public sealed class Programless
    {
        public Task RunAsync(JobSubprocess programs) => Task.FromResult(programs);
    }

    [CronJob("closed")]
    public sealed class Closed
    {
        private Closed()
        {
        }

        public Task RunAsync() => Task.FromResult(new Closed());
    }

    [CronJob("endless")]
    [BackfillJob]
    public sealed class Endless
    {
        public Task RunAsync() => Task.CompletedTask;
    }

    [CronJob("no-database")]
    [SinglePostgresTransaction]
    public sealed class NoDatabase
    {
        public Task RunAsync(NpgsqlConnection connection) => Task.FromResult(connection);
    }

    public static class One
    {
        [CronJob("first-same")]
        public sealed class Same
        {
            public Task RunAsync() => Task.CompletedTask;
        }
    }

    public static class Two
    {
        [CronJob("second-same")]
        public sealed class Same
        {
            public Task RunAsync() => Task.CompletedTask;
        }
    }
}
