using Dashboard.Core.Jobs;
using Dashboard.Core.Schedules;
using Dashboard.Kit;

namespace Dashboard.Core.Tests.Schedules;

public sealed class JobNamesTests
{
    [Fact]
    public async Task Of_the_real_ini_every_class_that_resembles_its_row_is_named_without_a_mapping_and_none_is_named_wrong()
    {
        var captured = await Captured.ReadAsync("crontabber-incident");
        var jobs = ScheduleFile.Read(Path.Combine(Fixtures.Folder("config"), "crontabber.ini")).Jobs;
        var truth = JobListing.Read(await Fixtures.TextAsync("commands", "incident--list-jobs.txt", TestContext.Current.CancellationToken), "listing").Jobs;

        var names = JobNames.For(jobs, JobMapping.None, captured.Rows.Jobs);

        var told = names.Select((name, i) => (name.Name, True: truth[i].Name, name.Fault, name.Evidence)).ToArray();
        Assert.All(told.Where(each => each.Name is not null), each => Assert.Equal(each.True, each.Name));
        Assert.Equal(16, told.Count(each => each.Name is not null));
        Assert.All(told.Where(each => each.Name is not null), each => Assert.NotEmpty(each.Evidence));

        // Two have no row, and three odd names resemble nothing.
        Assert.Equal(
            ["<b>&\"bold\"'</b>", "O'Reilly; DROP TABLE crontabber;-- 100%\t\\{a,b}", "modulelist", "résumé-日本-☃", "wants-a-parent-nobody-configured"],
            told.Where(each => each.Name is null).Select(each => each.True!).Order(StringComparer.Ordinal));
        var fault = told.First(each => each.True == "résumé-日本-☃").Fault!;
        Assert.Equal(("crontabber.ini", 37), (Path.GetFileName(fault.File), fault.Line));
        Assert.Contains("\"socorro.cron.jobs.odd.UnicodeCronApp\": \"its app_name\" in the mapping file", fault.Expected, StringComparison.Ordinal);
        Assert.Contains("'résumé-日本-☃'", fault.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_kept_output_of_list_jobs_names_them_all()
    {
        var captured = await Captured.ReadAsync("crontabber-incident");
        var files = new ScheduleReading(
            ScheduleFile.Read(Path.Combine(Fixtures.Folder("config"), "crontabber.ini")),
            ScheduleFile.ReadMapping(Path.Combine(Fixtures.Folder("commands"), "incident--list-jobs.txt")));

        var book = captured.Book(files);

        Assert.Empty(book.Faults);
        Assert.Equal(21, book.Jobs.Count);
        Assert.True(book.IsConfigured);
        Assert.Equal(Enumerable.Range(0, 21), book.Jobs.Select(job => job.Place!.Value));
        var adu = book.Find("adu-matview")!;
        Assert.Equal("every day at 07:30 UTC", Cadence.Words(adu.Schedule!));
        Assert.Equal("line 24 of crontabber.ini", adu.CadenceEvidence);
        Assert.True(adu.Schedule!.Backfills);
        Assert.Equal(Knowledge.Inferred, adu.BackfillsKnown);
        Assert.Equal(["reports-clean"], adu.DependsOn);
        Assert.Equal(Knowledge.Inferred, adu.DependsOnKnown);
        Assert.Equal(Knowledge.Unknown, book.Find("modulelist")!.DependsOnKnown);
        Assert.Null(book.Find("android-devices-matview"));
    }

    [Fact]
    public void A_traceback_through_a_module_of_one_class_names_that_class()
    {
        var row = Failing("some-name", "/opt/app/jobs/ftp/scraper.py");
        var names = JobNames.For([Class("jobs.ftp.scraper.Alpha"), Class("jobs.many.Beta"), Class("jobs.many.Gamma")], JobMapping.None, [row]);

        Assert.Equal(("some-name", Knowledge.Inferred), (names[0].Name, names[0].Known));
        Assert.Contains("jobs/ftp/scraper.py", names[0].Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_traceback_through_a_module_of_two_classes_names_neither()
    {
        var names = JobNames.For([Class("jobs.many.Beta"), Class("jobs.many.Gamma")], JobMapping.None, [Failing("some-name", "/opt/app/jobs/many.py")]);

        Assert.All(names, name => Assert.Null(name.Name));
    }

    [Fact]
    public void Two_rows_that_fit_are_as_good_as_none()
    {
        var names = JobNames.For([Class("a.ADUCronApp")], JobMapping.None, [new Job { Name = "adu-matview" }, new Job { Name = "adu-report" }]);

        Assert.Null(names[0].Name);
        Assert.Contains("'adu-matview', 'adu-report'", names[0].Fault!.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Before_the_rows_are_known_nothing_is_held_against_a_class()
    {
        var names = JobNames.For([Class("a.ADUCronApp")], JobMapping.None, null);

        Assert.Null(names[0].Name);
        Assert.Null(names[0].Fault);
    }

    [Fact]
    public void Two_classes_of_one_name_are_a_fault_of_the_second()
    {
        var mapping = JobMapping.Read("""{"a.A": "same", "a.B": {"app_name": "same"}}""", "names.json");

        var names = JobNames.For([Class("a.A"), Class("a.B")], mapping, []);

        Assert.Equal(["same", null], names.Select(name => name.Name));
        Assert.Equal(("names.json", 1), (names[1].Fault!.File, names[1].Fault!.Line));
    }

    [Fact]
    public void A_mapping_says_name_backfill_and_parents_and_what_is_wrong_in_it()
    {
        var mapping = JobMapping.Read(
            """
            {
              "a.A": {"app_name": "a", "backfill": true, "depends_on": ["b", "c"]},
              "a.B": "b",
              "a.C": {"app_name": 7, "backfill": "yes", "depends_on": [1], "frequency": "1d"},
              "a.D": [],
              "a.E": {"depends_on": "a"},
            }
            """, "names.json");

        Assert.Equal(("a", true), (mapping.ByClass["a.A"].Name, mapping.ByClass["a.A"].Backfills));
        Assert.Equal(["b", "c"], mapping.ByClass["a.A"].DependsOn);
        Assert.Equal(("b", null), (mapping.ByClass["a.B"].Name, mapping.ByClass["a.B"].Backfills));
        Assert.Equal(["a"], mapping.ByClass["a.E"].DependsOn);
        Assert.Equal([4, 4, 4, 4, 5], mapping.Faults.Select(fault => fault.Line!.Value));
    }

    private static ConfiguredJob Class(string path) => new(path, "1h", null, "x.ini", 1);

    private static Job Failing(string name, string file) =>
        new() { Name = name, ErrorCount = 1, LastError = new JobError("ValueError", "", $"  File \"{file}\", line 3, in run\n    pass\n") };
}
