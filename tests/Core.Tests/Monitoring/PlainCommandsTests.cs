using Dashboard.Core.Monitoring;
using Dashboard.Core.Schedules;
using Dashboard.Kit;
using Dashboard.Core.Sources;

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
    public async Task Nagios_names_the_stuck_lock_and_counts_who_waits_behind_it_on_one_line_with_one_bar()
    {
        var answer = PlainCommands.Nagios(await GlanceAsync("crontabber-incident", ToNow, atAnyHour: true));

        Assert.Equal(2, answer.ExitCode);
        Assert.StartsWith("CRITICAL - stuck lock of ftpscraper since ", answer.Output, StringComparison.Ordinal);
        Assert.Contains(" and 16 due jobs wait behind it", answer.Output, StringComparison.Ordinal);
        Assert.Contains("adu-matview (254 times, RaiseException)", answer.Output, StringComparison.Ordinal);
        Assert.Equal(1, answer.Output.Count(each => each == '\n'));
        Assert.Equal(1, answer.Output.Count(each => each == '|'));
        Assert.Matches(@"\| jobs=20 failing=\d+ stuck=\d+ starved=16 blocked=\d+ overdue=\d+\n$", answer.Output);
    }

    [Fact]
    public async Task Names_and_errors_cannot_break_the_line_of_the_plugin()
    {
        var answer = PlainCommands.Nagios(await GlanceAsync("crontabber-healthy", """
            update crontabber set next_run = now() + interval '1 hour', last_run = now();
            update crontabber set error_count = 3, app_name = E'a | b\n\u2028c', last_error = '{"type": "<class ''x|y\nz''>", "value": "v", "traceback": ""}' where app_name = 'duplicates'
            """, configured: false));

        Assert.Equal(1, answer.Output.Count(each => each == '\n'));
        Assert.Equal(1, answer.Output.Count(each => each == '|'));
        Assert.Contains("a / b  c", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_failure_of_a_job_that_backfills_is_a_warning_and_nothing_wrong_is_ok()
    {
        const string fine = "update crontabber set next_run = now() + interval '1 hour'";
        var ok = PlainCommands.Nagios(await GlanceAsync("crontabber-healthy", fine));
        var first = PlainCommands.Nagios(await GlanceAsync("crontabber-healthy", $$"""{{fine}}; update crontabber set error_count = 1, last_error = '{"type": "<class ''ValueError''>", "value": "v", "traceback": ""}' where app_name = 'duplicates'"""));

        Assert.Equal((0, true), (ok.ExitCode, ok.Output.StartsWith("OK - 16 jobs, none failing, stuck or late | jobs=16", StringComparison.Ordinal)));
        Assert.Equal((1, true), (first.ExitCode, first.Output.StartsWith("WARNING - failed once and owes the slot: duplicates, ValueError | ", StringComparison.Ordinal)));
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
