using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Dashboard.Kit;

namespace Dashboard.Core.Tests.Schedules;

public sealed class SocorroJobsTests
{
    private const string Settings = """
        # Comments, imports and other settings are nobody's business.
        import os

        JOBS_MODULE = os.environ.get("JOBS = [")

        # Name, frequency, time, backfill
        JOBS = [
            {
                # A test
                "cmd": "crontest",
                "frequency": "1d",
            },
            {'cmd': u'audit' 'groups', 'time': "05:00"},
            {"cmd": "updatesignatures", "frequency": "1h", "last_success": True, "backfill": True, "cmd_args": ["--x", ("y",)]},
        ]

        JOBS_MAP = {job_spec["cmd"]: job_spec for job_spec in JOBS}
        MAX_ONGOING = 60 * 60 * 3
        ERROR_RETRY_TIME = 90
        """;

    [Fact]
    public void The_settings_file_is_read_without_running_it()
    {
        var read = SocorroJobs.Read(Settings, "cron.py");

        Assert.Empty(read.Faults);
        Assert.Equal(["crontest 1d  False 8", "auditgroups 1d 05:00 False 13", "updatesignatures 1h  True 14"], read.Jobs.Select(job => $"{job.Name} {job.Frequency} {job.Time} {job.Backfills} {job.Line}"));
        Assert.Equal(new SchedulerSettings(TimeSpan.FromSeconds(90), TimeSpan.FromHours(3), Flavour.Socorro), read.Settings);
    }

    [Theory]
    [InlineData("""[{"cmd": "a", "frequency": "1h", "backfill": true, "time": null}]""")]
    [InlineData("""{"JOBS": [{"cmd": "a", "frequency": "1h", "backfill": true}]}""")]
    [InlineData("""  [  {'cmd': 'a', 'frequency': '1h', 'backfill': True,},]""")]
    [InlineData("""JOBS=({"cmd": "a", "frequency": "1h", "backfill": 1},)""")]
    [InlineData("JOBS = [\n    {\"cmd\": \"a\", \"frequency\": \"1h\", \"backfill\": True}")]
    public void The_list_alone_will_do_as_python_or_as_json(string text)
    {
        var job = Assert.Single(SocorroJobs.Read(text, "jobs").Jobs);

        Assert.Equal(("a", "1h", null, true), (job.Name, job.Frequency, job.Time, job.Backfills));
    }

    [Theory]
    [InlineData("{\"frequency\": \"1d\"}", "{\"cmd\": \"…\", \"frequency\": \"1d\", …}")]
    [InlineData("make_job('x')", "{\"cmd\": \"…\", \"frequency\": \"1d\", …}")]
    [InlineData("{\"cmd\": \"x\", \"time\": os.environ['TIME']}", "a text in quotes; nothing is run here")]
    [InlineData("{\"cmd\": \"x\", \"frequency\": \"1w\"}", "a number and m, h or d: 15m, 1h, 7d")]
    [InlineData("{\"cmd\": \"x\", \"time\": \"5:00\"}", "HH:MM from 00:00 to 23:59, UTC")]
    [InlineData("{\"cmd\": \"first\"}", "each command once; its first entry is used")]
    [InlineData("{\"cmd\": \"x\" \"frequency\": \"1d\"}", "a comma")]
    public void An_entry_that_is_wrong_is_told_with_its_line_and_the_others_load(string entry, string expected)
    {
        var read = SocorroJobs.Read($"JOBS = [\n  {{\"cmd\": \"first\"}},\n  {entry},\n  {{\"cmd\": \"last\"}},\n]\n", "cron.py");

        Assert.Contains((3, expected), read.Faults.Select(fault => (fault.Line!.Value, fault.Expected)));
        Assert.Equal("first", read.Jobs[0].Name);
        Assert.Equal("last", read.Jobs[^1].Name);
    }

    [Fact]
    public void A_list_that_has_to_be_run_is_a_fault()
    {
        var read = SocorroJobs.Read("JOBS = load_jobs()\n", "cron.py");

        Assert.Equal((1, "'load_jobs()'"), (read.Faults.Single().Line, read.Faults.Single().Found));
        Assert.Empty(read.Jobs);
    }

    [Fact]
    public async Task What_cronlist_printed_is_a_configuration_too()
    {
        var read = JobListing.Read(await Fixtures.TextAsync("commands", "socorro-cronlist-incident.txt", TestContext.Current.CancellationToken), "cronlist");

        Assert.Equal(Flavour.Socorro, read.Flavour);
        Assert.Equal(["updatesignatures", "verifyprocessed"], read.Jobs.Where(job => job.Backfills == true).Select(job => job.Name));
        Assert.Equal("1d 04:00", read.Jobs.Where(job => job.Name == "verifyprocessed").Select(job => $"{job.Frequency} {job.Time}").Single());
    }

    [Fact]
    public void Hostile_texts_cost_little()
    {
        string[] hostile =
        [
            new('[', 4 << 20),
            "[" + new string('{', 4 << 20),
            "JOBS = [" + string.Concat(Enumerable.Repeat("{\"cmd\" ", 500_000)),
            "[" + new string(':', 4 << 20),
            "[" + string.Concat(Enumerable.Repeat("'a' b,", 500_000)),
            "JOBS = ['''" + new string('\\', 4 << 20),
            string.Concat(Enumerable.Repeat("JOBS ", 500_000)),
            "[" + string.Concat(Enumerable.Range(0, 300_000).Select(i => $"{{'cmd':'{i}'}},")) + "]",
        ];

        Assert.All(hostile, text => Assert.True(SocorroJobs.Read(text, "x").Faults.Count <= 101));
    }
}
