using Dashboard.Core.Monitoring;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Dashboard.Core.Tests.Dependencies;
using Dashboard.Core.Tests.Verdicts.Engine;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Kit;

namespace Dashboard.Core.Tests.Monitoring;

/// <summary>The commands without <c>--compat</c>: what the real ones keep silent about.</summary>
public sealed class PlainCommandsTests : IDisposable
{
    private static readonly string Ini = Path.Combine(Fixtures.Folder("config"), "crontabber.ini");
    private static readonly string Mapping = Path.Combine(Fixtures.Folder("config"), "crontabber-mapping.json");

    // The captured morning, with the clock of the database where it was: every time is moved to end now.
    private const string ToNow = """
        update crontabber set next_run = next_run + d, first_run = first_run + d, last_run = last_run + d, last_success = last_success + d, ongoing = ongoing + d
          from (select date_trunc('minute', now() - timestamptz '2014-09-05 09:00:30+00') as d) moved;
        update crontabber_log set log_time = log_time + d, success = success + d
          from (select date_trunc('minute', now() - timestamptz '2014-09-05 09:00:30+00') as d) moved
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-plain-commands-");

    /// <inheritdoc/>
    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Nagios_says_the_verdict_first_and_each_root_on_a_line_of_its_own()
    {
        var answer = PlainCommands.Nagios(await GlanceAsync("crontabber-incident", ToNow, atAnyHour: true));
        var lines = answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(2, answer.ExitCode);
        Assert.StartsWith("CRONTABBER CRITICAL: ", lines[0], StringComparison.Ordinal);
        Assert.Contains("16 jobs wait behind 1 root - ftpscraper: A human is needed now. Its lock has been held since ", lines[0], StringComparison.Ordinal);
        Assert.Matches(@" \| 'page'=[1-9];;0;0; 'human'=\d+;0;;0; 'watch'=\d+;;;0; 'healing'=\d+;;;0; 'blocked'=16;;;0; 'fine'=\d+;;;0; 'oldest_data'=\d+s;;;0;$", lines[0]);
        Assert.StartsWith("Page: ftpscraper: A human is needed now.", lines[1], StringComparison.Ordinal);
        Assert.Equal(1, answer.Output.Count(each => each == '|'));
    }

    [Fact]
    public void Names_and_errors_cannot_break_the_line_of_the_plugin()
    {
        var root = new RootVerdict(new VerdictRoot(RootKind.Job, "a | b\n\u2028c"), VerdictState.Page, "a | b\n\u2028c", "It is not let in (x|y\nz).", []);
        var said = VerdictSnapshot.Empty("demo") with { AsOf = SampleJobs.Now, State = VerdictState.Page, Headline = "Page.", Then = "1 page, 0 fine.", Roots = [root] };
        var answer = VerdictText.Nagios(said, SampleJobs.Snapshot());

        Assert.Equal(2, answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(1, answer.Output.Count(each => each == '|'));
        Assert.Contains("a / b  c: It is not let in (x/y z).", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_heals_is_a_warning_unless_it_is_said_to_be_fine_and_nothing_wrong_is_ok()
    {
        var facts = await CapturedVerdicts.FactsAsync("crontabber-healthy", Captured.HealthyNow, configured: false);
        var fine = VerdictEngine.Evaluate(facts, new VerdictSettings(), Captured.HealthyNow);
        var healing = fine with { State = VerdictState.Healing, Roots = [new RootVerdict(new VerdictRoot(RootKind.Job, "a"), VerdictState.Healing, "a", "Heals by itself.", [])], Then = "1 healing, 15 fine." };
        var ok = VerdictText.Nagios(fine, facts.Standings);

        Assert.Equal(0, ok.ExitCode);
        Assert.StartsWith("CRONTABBER OK: No page: every job is on time. | 'page'=0;;0;0; ", ok.Output, StringComparison.Ordinal);
        Assert.StartsWith("CRONTABBER WARNING: 1 healing, 15 fine - a: Heals by itself. | 'page'=0;;0;0; ", VerdictText.Nagios(healing, facts.Standings).Output, StringComparison.Ordinal);
        Assert.Equal(
            (1, 0, 3),
            (VerdictText.Nagios(healing, facts.Standings).ExitCode, VerdictText.Nagios(healing, facts.Standings, healingIsOk: true).ExitCode, VerdictText.Nagios(VerdictSnapshot.Empty("x"), facts.Standings).ExitCode));
    }

    [Fact]
    public async Task Ghosts_jobs_that_never_ran_and_missing_parents_are_told()
    {
        var answer = PlainCommands.AuditGhosts(await GlanceAsync("crontabber-incident"));

        Assert.Equal(1, answer.ExitCode);
        Assert.Equal(
            ["ghost: android-devices-matview", "never run: modulelist", "never run: wants-a-parent-nobody-configured", "missing parent: wants-a-parent-nobody-configured"],
            answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => string.Join(' ', line.Split(' ').Take(line[0] == 'm' ? 3 : line[0] == 'n' ? 3 : 2))));
        Assert.Contains("waits for no-such-job", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_jobs_says_when_each_runs_where_it_stands_and_how_that_is_known()
    {
        var answer = PlainCommands.ListJobs(await GlanceAsync("crontabber-incident", ToNow));
        var inferred = PlainCommands.ListJobs(await GlanceAsync("crontabber-healthy", configured: false));

        Assert.Contains("\nftpscraper: Stuck lock. ", answer.Output, StringComparison.Ordinal);
        Assert.Contains("    every hour (line 32 of crontabber.ini); backfills; socorro.cron.jobs.ftpscraper.FTPScraperCronApp\n", answer.Output, StringComparison.Ordinal);
        Assert.Contains("\nandroid-devices-matview: Ghost. ", answer.Output, StringComparison.Ordinal);
        Assert.Contains("\nmodulelist: Never run. ", answer.Output, StringComparison.Ordinal);
        Assert.Contains("every day at 07:00 UTC (inferred: ", inferred.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Configtest_tells_every_fault_and_what_crontabber_would_say()
    {
        var fine = new ScheduleReading(ScheduleFile.Read(Ini), ScheduleFile.ReadMapping(Mapping));
        var dumped = fine with { Configuration = ScheduleFile.Read(Path.Combine(Fixtures.Folder("config"), "crontabber-dumped.ini")) };

        var good = Test(fine);
        var dump = Test(dumped);

        Assert.Equal((0, "crontabber --configtest passes, if Python finds the classes: that cannot be told here.\n21 jobs, 21 with a name, 0 faults\n"), (good.ExitCode, good.Output));
        Assert.Equal(1, dump.ExitCode);
        Assert.StartsWith("crontabber does not start with it: JobNotFoundError: ", dump.Output, StringComparison.Ordinal);
    }

    private static CommandAnswer Test(ScheduleReading files)
    {
        var book = new ScheduleFold().Next(ScheduleBook.Empty("file"), files, Core.Jobs.JobsSnapshot.Empty("file"), Core.Runs.RunsSnapshot.Empty("file"), Flavour.Crontabber);
        return PlainCommands.ConfigTest(files.Configuration!, book);
    }

    private async Task<SourceGlance> GlanceAsync(string fixture, string? sql = null, bool configured = true, bool atAnyHour = false)
    {
        var ini = Ini;
        if (atAnyHour)
        {
            // The one job that never ran has a time of day: it is due after that only, on whatever day this test runs.
            ini = Path.Combine(folder.FullName, "crontabber.ini");
            var text = await File.ReadAllTextAsync(Ini, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(ini, text.Replace("ModulelistCronApp|1d|08:00", "ModulelistCronApp|1d", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        }

        await using var observing = await Observing.NewAsync(fixture);
        if (sql is not null)
        {
            await observing.ExecuteAsync(sql);
        }

        var listing = Path.Combine(Fixtures.Folder("commands"), "healthy--list-jobs.txt");
        var source = observing.Source.Source with
        {
            JobsFile = !configured ? null : fixture == "crontabber-healthy" ? listing : ini,
            MappingFile = configured ? Mapping : null,
        };
        return await SourceGlance.AtAsync(source, TimeProvider.System, TestContext.Current.CancellationToken);
    }
}
