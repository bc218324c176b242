using System.Globalization;
using Dashboard.Core.Monitoring;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Dashboard.Core.Tests.Schedules;
using Dashboard.Kit;
using Npgsql;

namespace Dashboard.Core.Tests.Monitoring;

/// <summary>What the real crontabber printed and exited with, held against what we do with <c>--compat</c>.</summary>
public sealed class CrontabberCommandsTests : IDisposable
{
    private static readonly DateTimeOffset Healthy = new(2014, 8, 31, 12, 20, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Incident = new(2014, 9, 5, 9, 0, 30, TimeSpan.Zero);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-commands-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("healthy--list-jobs.txt")]
    [InlineData("healthy--nagios.txt")]
    [InlineData("healthy--audit-ghosts.txt")]
    [InlineData("healthy--configtest.txt")]
    [InlineData("incident--list-jobs.txt")]
    [InlineData("incident--audit-ghosts.txt")]
    [InlineData("incident--configtest.txt")]
    public async Task Every_recorded_command_prints_and_exits_the_same_byte_for_byte(string file)
    {
        var (state, verb) = (file.Split("--")[0], file.Split("--")[1].Replace(".txt", "", StringComparison.Ordinal));
        var now = state == "healthy" ? Healthy : Incident;
        var recorded = await Fixtures.TextAsync("commands", file, TestContext.Current.CancellationToken);

        // The healthy days ran with a shorter list, which is recorded only as what --list-jobs printed of it: that is a configuration too.
        var glance = await GlanceAsync($"crontabber-{state}", state == "healthy"
            ? Path.Combine(Fixtures.Folder("commands"), "healthy--list-jobs.txt")
            : Path.Combine(Fixtures.Folder("config"), "crontabber.ini"));
        var answer = verb switch
        {
            "list-jobs" => CrontabberCommands.ListJobs(glance, now),
            "nagios" => CrontabberCommands.Nagios(glance, now),
            "audit-ghosts" => CrontabberCommands.AuditGhosts(glance, now),
            _ => CrontabberCommands.ConfigTest(glance.Files.Configuration!, glance.Book.Jobs, now),
        };

        Assert.Equal(recorded, Record(recorded.Split('\n')[0], answer));
    }

    [Fact]
    public async Task Nagios_of_the_incident_pastes_raw_values_into_many_lines_and_knows_nothing_of_stuck_locks()
    {
        var glance = await GlanceAsync("crontabber-incident", Path.Combine(Fixtures.Folder("config"), "crontabber.ini"));

        var answer = CrontabberCommands.Nagios(glance, Incident);

        Assert.Equal(2, answer.ExitCode);
        Assert.StartsWith("CRITICAL - weekly-reports-partitions (WeeklyReportsPartitionsCronApp) | <class 'AssertionError'> | ; adu-matview (ADUCronApp) | <class 'psycopg2.errors.RaiseException'> | raw_adi not updated for 2014-09-02\n", answer.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ftpscraper", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cycle_kills_audit_ghosts_and_configtest_while_list_jobs_and_nagios_answer_as_recorded()
    {
        var ini = Ini("CycleA|1h", "CycleB|1h", "CycleC|1h", "After|1h");
        var mapping = Write("names.json", """
            {"socorro.cron.jobs.odd.CycleA": {"app_name": "cycle-a", "depends_on": ["cycle-c"]},
             "socorro.cron.jobs.odd.CycleB": {"app_name": "cycle-b", "depends_on": ["cycle-a"]},
             "socorro.cron.jobs.odd.CycleC": {"app_name": "cycle-c", "depends_on": ["cycle-b"]},
             "socorro.cron.jobs.odd.After": {"app_name": "after", "depends_on": []}}
            """);
        var glance = await GlanceAsync(null, ini, mapping);
        var recorded = await Fixtures.TextAsync("commands", "exp-05-cycle.txt", TestContext.Current.CancellationToken);

        Assert.Equal(Output(recorded, "--list-jobs"), Shown(CrontabberCommands.ListJobs(glance, Incident)));
        Assert.Equal(Output(recorded, "--nagios"), Shown(CrontabberCommands.Nagios(glance, Incident)));
        var audit = CrontabberCommands.AuditGhosts(glance, Incident);
        var test = CrontabberCommands.ConfigTest(glance.Files.Configuration!, glance.Book.Jobs, Incident);
        Assert.Equal(("", 1, ""), (audit.Output, audit.ExitCode, test.Output));
        Assert.Equal(1, test.ExitCode);
        Assert.Equal(LastLine(recorded, "--audit-ghosts"), audit.Error.TrimEnd());
        Assert.Equal(LastLine(recorded, "--configtest"), test.Error.TrimEnd());
    }

    [Theory]
    [InlineData("# bad frequency", new[] { "After|1x" })]
    [InlineData("# bad time", new[] { "After|1h|05:00", "EmptyDep|1d|25:00" })]
    [InlineData("# no frequency", new[] { "After" })]
    public async Task Configtest_of_a_bad_configuration_says_what_the_real_one_said(string heading, string[] entries)
    {
        var recorded = await Fixtures.TextAsync("commands", "exp-06-configtest-bad.txt", TestContext.Current.CancellationToken);
        var section = recorded.Split("$ crontabber ").Single(each => each.Contains("--configtest", StringComparison.Ordinal) && each.Contains($"{heading}\n", StringComparison.Ordinal));
        var configuration = ScheduleFile.Read(Ini(entries), strictly: true);

        var answer = CrontabberCommands.ConfigTest(configuration, [], Incident);

        Assert.Equal((1, ""), (answer.ExitCode, answer.Output));
        var errors = section.Split('\n').Where(line => line.StartsWith("  | crontabber.", StringComparison.Ordinal)).Select(line => line[4..]);
        Assert.Equal(errors, answer.Error.Split('\n').Where(line => line.StartsWith("crontabber.", StringComparison.Ordinal)));
        Assert.Equal(
            section.Split('\n').Count(line => line.EndsWith("Failed to config test a job", StringComparison.Ordinal)),
            answer.Error.Split('\n').Count(line => line.EndsWith("CRITICAL - MainThread -  - MainThread - Failed to config test a job", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_job_without_frequency_kills_every_command()
    {
        var glance = await GlanceAsync(null, Ini("After", "Slow|1h"));

        Assert.All(
            [CrontabberCommands.Nagios(glance, Incident), CrontabberCommands.ListJobs(glance, Incident), CrontabberCommands.AuditGhosts(glance, Incident)],
            answer => Assert.Equal(("", "crontabber.app.JobDescriptionError: No frequency and/or time defined\n", 1), (answer.Output, answer.Error, answer.ExitCode)));
    }

    [Fact]
    public async Task An_empty_list_is_nominal_to_nagios_and_no_job_at_the_root_to_the_others()
    {
        var glance = await GlanceAsync(null, Write("empty.ini", "[crontabber]\njobs=''\n"));

        Assert.Equal("OK - All systems nominal\n", CrontabberCommands.Nagios(glance, Incident).Output);
        Assert.Equal(("crontabber.base.CircularDAGError: No job is at the root\n", 1), (CrontabberCommands.AuditGhosts(glance, Incident).Error, CrontabberCommands.AuditGhosts(glance, Incident).ExitCode));
    }

    [Fact]
    public async Task Rows_full_of_nulls_are_listed_and_die_where_the_real_one_dies()
    {
        var recorded = await Fixtures.TextAsync("commands", "exp-11-nulls.txt", TestContext.Current.CancellationToken);
        string[] entries = ["After|1h", "Slow|1h", "EmptyDep|1h", "ZLast|1h", "Child|1h"];
        var mapping = Write("names.json", """
            {"After": "after", "Slow": "slow", "EmptyDep": "empty-dep", "ZLast": "z-last", "Child": "child-of-slow"}
            """);
        const string nulls = "insert into crontabber (app_name) select unnest(array['after', 'slow', 'empty-dep', 'z-last', 'child-of-slow'])";
        var lists = recorded.Split("$ crontabber ").Where(each => each.Contains("--list-jobs", StringComparison.Ordinal)).ToArray();
        var nagios = recorded.Split("$ crontabber ").Where(each => each.Contains("--nagios", StringComparison.Ordinal)).ToArray();

        var glance = await GlanceAsync(null, Ini(entries), mapping, nulls);
        Assert.Equal(Section(lists[0]), Shown(CrontabberCommands.ListJobs(glance, Incident)));
        Assert.Equal(Section(nagios[0]), Shown(CrontabberCommands.Nagios(glance, Incident)));

        // The rows' times are of the day of the recording; "1 hour ago" and "was 1 minute ago" of the moment it was asked.
        const string run = "update crontabber set last_run = '2026-11-22 20:49:08+00', next_run = '2026-11-22 21:48:08+00', error_count = 2, last_error = ";
        var asked = new DateTimeOffset(2026, 11, 22, 21, 49, 8, TimeSpan.Zero);
        glance = await GlanceAsync(null, Ini(entries), mapping, $"{nulls}; {run}null");
        Assert.Equal(Section(lists[1]), Shown(CrontabberCommands.ListJobs(glance, asked)));
        Assert.Equal(("", 1, "TypeError: 'NoneType' object is not subscriptable\n"), Whole(CrontabberCommands.Nagios(glance, asked)));
        glance = await GlanceAsync(null, Ini(entries), mapping, $"{nulls}; {run}'{{}}'");
        Assert.Equal(("", 1, "KeyError: 'type'\n"), Whole(CrontabberCommands.Nagios(glance, asked)));
        glance = await GlanceAsync(null, Ini(entries), mapping, $$"""{{nulls}}; {{run}}'{"type": "x", "value": "y"}'""");
        var died = CrontabberCommands.ListJobs(glance, asked.AddSeconds(1));
        Assert.Equal(Section(lists[2]), Shown(died));
        Assert.Equal("KeyError: 'traceback'\n", died.Error);
    }

    [Fact]
    public async Task Odd_names_are_listed_as_recorded()
    {
        var recorded = await Fixtures.TextAsync("commands", "exp-08-odd-names.txt", TestContext.Current.CancellationToken);
        var section = recorded.Split("$ crontabber ").Single(each => each.Contains("--list-jobs", StringComparison.Ordinal));
        var listing = JobListing.Read(section, "listing");

        Assert.Equal(recorded.Split('\n').Count(line => line.StartsWith("App name:", StringComparison.Ordinal)), listing.Jobs.Count);
        Assert.Contains(listing.Jobs, job => job.ClassPath == "socorro.cron.jobs.odd.MissingParentCronApp");
    }

    [Fact]
    public async Task Without_a_configuration_or_with_socorros_tables_it_says_so_and_exits_with_3()
    {
        var glance = await GlanceAsync("crontabber-healthy", null, null);

        var answer = CrontabberCommands.ListJobs(glance, Healthy);

        Assert.Equal(("", 3), (answer.Output, answer.ExitCode));
        Assert.Contains("--jobs", answer.Error, StringComparison.Ordinal);
    }

    private static string Record(string heading, CommandAnswer answer) =>
        $"{heading}\n{answer.Output}exit code: {answer.ExitCode.ToString(CultureInfo.InvariantCulture)}\n{string.Concat(answer.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => $"stderr: {line}\n"))}";

    private static string Shown(CommandAnswer answer) => $"{answer.Output}exit code: {answer.ExitCode.ToString(CultureInfo.InvariantCulture)}\n";

    private static (string, int, string) Whole(CommandAnswer answer) => (answer.Output, answer.ExitCode, answer.Error);

    // Of a recorded section, standard output and the exit code.
    private static string Section(string section) => section[(section.IndexOf('\n', StringComparison.Ordinal) + 1)..section.IndexOf("stderr", StringComparison.Ordinal)];

    private static string Output(string recorded, string verb) =>
        Section(recorded.Split("$ crontabber ").Single(each => each.Contains($" {verb} ", StringComparison.Ordinal)));

    private static string LastLine(string recorded, string verb) =>
        recorded.Split("$ crontabber ").Single(each => each.Contains($" {verb} ", StringComparison.Ordinal)).TrimEnd().Split('\n')[^1][4..];

    private string Ini(params string[] entries) => Write("crontabber.ini", $"[crontabber]\njobs='''\n{string.Join('\n', entries.Select(entry => $"  socorro.cron.jobs.odd.{entry}"))}\n'''\n");

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static async Task<SourceGlance> GlanceAsync(string? fixture, string? jobs, string? mapping = "", string? sql = null)
    {
        await using var observing = await Observing.NewAsync(fixture);
        if (sql is not null)
        {
            await observing.ExecuteAsync(sql);
        }

        mapping = mapping == "" ? Path.Combine(Fixtures.Folder("config"), "crontabber-mapping.json") : mapping;
        var source = observing.Source.Source with { ConnectionString = observing.Source.Source.ConnectionString, JobsFile = jobs, MappingFile = mapping };
        var glance = await SourceGlance.AtAsync(source, TimeProvider.System, TestContext.Current.CancellationToken);
        NpgsqlConnection.ClearAllPools();
        return glance;
    }
}
