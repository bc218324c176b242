using Dashboard.Core.Configuration;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Dashboard.Kit;

namespace Dashboard.Core.Tests.Schedules;

/// <summary>The configurations the real programs used, and what they said of them.</summary>
public sealed class RecordedConfigurationTests
{
    private static readonly string Ini = Path.Combine(Fixtures.Folder("config"), "crontabber.ini");
    private static readonly string Dumped = Path.Combine(Fixtures.Folder("config"), "crontabber-dumped.ini");

    [Fact]
    public async Task The_real_ini_says_what_list_jobs_printed_of_it()
    {
        var listing = await Fixtures.TextAsync("commands", "incident--list-jobs.txt", TestContext.Current.CancellationToken);

        var read = ScheduleFile.Read(Ini);
        var listed = JobListing.Read(listing, "listing");

        Assert.Empty(read.Faults);
        Assert.Equal(21, read.Jobs.Count);
        Assert.Equal(listed.Jobs.Select(job => (job.ClassPath, job.Frequency, job.Time)), read.Jobs.Select(job => (job.ClassPath, job.Frequency, job.Time)));
        Assert.Equal(SchedulerSettings.Crontabber, read.Settings);
        var lines = await File.ReadAllLinesAsync(Ini, TestContext.Current.CancellationToken);
        Assert.All(read.Jobs, job => Assert.Contains(job.ClassPath, lines[job.Line!.Value - 1], StringComparison.Ordinal));
    }

    [Fact]
    public void The_dumped_one_line_list_that_crontabber_cannot_read_back_says_the_same()
    {
        var dumped = ScheduleFile.Read(Dumped);

        Assert.Empty(dumped.Faults);
        Assert.Equal(ScheduleFile.Read(Ini).Jobs.Select(job => (job.ClassPath, job.Frequency, job.Time)), dumped.Jobs.Select(job => (job.ClassPath, job.Frequency, job.Time)));
        Assert.Equal("JobNotFoundError", dumped.Unreadable!.Type);
    }

    [Fact]
    public async Task Each_recorded_form_of_the_option_lists_what_it_listed()
    {
        var recorded = await Fixtures.TextAsync("commands", "jobs-option-forms.txt", TestContext.Current.CancellationToken);
        var forms = recorded.Split("--- [crontabber] ", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(7, forms.Length);
        foreach (var form in forms)
        {
            // The option itself comes first; what was printed begins with the first class, the exit code or the exception.
            var end = new[] { "\nClass:", "\nexit code:" }.Select(mark => form.IndexOf(mark, StringComparison.Ordinal)).Where(at => at >= 0).Min();
            var (option, printed) = (form[..end], form[end..]);

            var read = CrontabberIni.Read(ConfigFile.ReadText($"[crontabber]\n{option}\n", "x.ini"));

            if (printed.Contains("AttributeError: 'list'", StringComparison.Ordinal))
            {
                Assert.Equal("AttributeError: 'list' object has no attribute 'class_list'", read.Unreadable!.ToString());
                Assert.Single(read.Faults);
                Assert.Equal(2, read.Jobs.Count);
                continue;
            }

            Assert.Null(read.Unreadable);
            Assert.Equal(Values(printed, "Class:          "), read.Jobs.Select(job => job.ClassPath));
            Assert.Equal(Values(printed, "Frequency:      "), read.Jobs.Select(job => job.Time is null ? job.Frequency : $"{job.Frequency} @ {job.Time}"));
        }
    }

    [Fact]
    public void A_comment_behind_a_job_becomes_part_of_its_frequency_and_is_told()
    {
        var read = CrontabberIni.Read(ConfigFile.ReadText("[crontabber]\njobs='''\na.B|1h # note\n'''\n", "x.ini"));

        Assert.Equal((3, "a number and m, h or d: 15m, 1h, 7d; a comment has to stand on a line of its own"), (read.Faults.Single().Line, read.Faults.Single().Expected));
        Assert.Equal("1h # note", read.Jobs.Single().Frequency);
    }

    [Fact]
    public void A_section_of_a_kind_without_code_says_what_a_class_says_itself()
    {
        var read = CrontabberIni.Read(ConfigFile.ReadText(
            """
            [crontabber]
            jobs='''
            copy-logs|1h
            refresh|1d|03:00
            listed|1d
            a.module.PythonClass|1h
            '''
                [[class-copy-logs]]
                kind = subprocess
                [[class-refresh]]
                kind = sql
                app_name = refresh-reports
                backfill = True
                depends_on = copy-logs, listed
                [[class-listed]]
                kind = http
                depends_on = '''["copy-logs", "a job, with a comma"]'''
                [[class-PythonClass]]
                backfill = True
            """,
            "x.ini"));

        Assert.Empty(read.Faults);
        Assert.Equal(
            ["copy-logs False ", "refresh-reports True copy-logs|listed", "listed False copy-logs|a job, with a comma", "  "],
            read.Jobs.Select(job => $"{job.Name} {job.Backfills} {string.Join('|', job.DependsOn ?? [])}"));
    }

    [Fact]
    public void Settings_and_sections_of_classes_count()
    {
        var read = CrontabberIni.Read(ConfigFile.ReadText(
            """
            [crontabber]
            error_retry_time=60
            max_ongoing_age_hours=2.5
            jobs='''
              a.B|1h
              a.C|1d|05:00'''
              [[class-C]]
                frequency=2d
            """, "x.ini"));

        Assert.Empty(read.Faults);
        Assert.Equal(new SchedulerSettings(TimeSpan.FromMinutes(1), TimeSpan.FromHours(2.5), Flavour.Crontabber), read.Settings);
        Assert.Equal(["a.B 1h ", "a.C 2d 05:00"], read.Jobs.Select(job => $"{job.ClassPath} {job.Frequency} {job.Time}"));
    }

    [Theory]
    [InlineData("error_retry_time=soon", "whole seconds; the default of 300 is used")]
    [InlineData("max_ongoing_age_hours=long", "hours; the default of 12.0 is used")]
    [InlineData("max_ongoing_age_hours=24", "less than 24: crontabber counts the age of a lock without its whole days, so no lock is ever that old")]
    public void A_setting_that_makes_no_sense_is_told(string line, string expected)
    {
        var read = CrontabberIni.Read(ConfigFile.ReadText($"[crontabber]\n{line}\njobs='a.B|1h'", "x.ini"));

        Assert.Equal((2, expected), (read.Faults.Single().Line, read.Faults.Single().Expected));
        Assert.Single(read.Jobs);
    }

    [Theory]
    [InlineData("a.B", "module.Class|frequency or module.Class|frequency|HH:MM; as it stands it keeps all of crontabber from starting")]
    [InlineData("a.B|1x", "a number and m, h or d: 15m, 1h, 7d")]
    [InlineData("a.B|1d|25:00", "HH:MM from 00:00 to 23:59, UTC")]
    [InlineData("a.B|1h|05:00", "a frequency of a day or more with a time of day: --configtest refuses this, and run it is always due")]
    [InlineData("a.C|1h", "each class once; its first line is used")]
    public void A_job_that_is_wrong_is_told_with_its_line_and_the_others_load(string line, string expected)
    {
        var read = CrontabberIni.Read(ConfigFile.ReadText($"[crontabber]\njobs='''\na.C|1d\n{line}\na.D|1h\n'''", "x.ini"));

        Assert.Equal((4, expected), (read.Faults.Single().Line, read.Faults.Single().Expected));
        Assert.Contains("a.C", read.Jobs.Select(job => job.ClassPath));
        Assert.Contains("a.D", read.Jobs.Select(job => job.ClassPath));
    }

    private static IEnumerable<string> Values(string printed, string label) =>
        printed.Split('\n').Where(line => line.StartsWith(label, StringComparison.Ordinal)).Select(line => line[label.Length..]);
}
