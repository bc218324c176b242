using Dashboard.Core.Configuration;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Dashboard.Core.Tests.Configuration;
using Dashboard.Kit;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Dashboard.Core.Tests.Schedules;

/// <summary>What holds for any list of jobs, well formed or not.</summary>
public sealed class ScheduleReadingProperties
{
    private const string Settings = """
        import os
        DEFAULT_FREQUENCY = "1d"
        JOBS = [
            # A test
            {"cmd": "crontest", "frequency": "1d"},
            {'cmd': u'audit' 'groups', 'time': "05:00", "cmd_args": ["--x", ("y",), {"z": os.environ.get("A")}]},
            {"cmd": '''updatesignatures''', "frequency": "1h", "backfill": True},
        ]
        MAX_ONGOING = 60 * 60 * 3
        ERROR_RETRY_TIME = 90
        """;

    private static readonly string Ini = Recorded("config", "crontabber.ini");
    private static readonly string Mapping = Recorded("config", "crontabber-mapping.json");
    private static readonly string[] Listings = [Recorded("commands", "incident--list-jobs.txt"), Recorded("commands", "socorro-cronlist-incident.txt")];

    private static readonly string[] Pieces =
    [
        "[", "]", "{", "}", "(", ")", ",", ":", "=", "|", ";", "#", "\n", "\r", " ", "\\", "\\n", "\\u12", "\\\n", "'", "\"", "'''", "\"\"\"", "u'", "rb\"", "1", "1h", "7d", "05:00", "25:61", "*", "-", "9223372036854775807", "None", "true",
        "JOBS", "\nJOBS = ", "\njobs=", "[crontabber]", "[[class-A]]", "\"cmd\"", "\"app_name\"", "\"backfill\"", "\"depends_on\"", "a.B", "=== JOB ===", "Class:          ", "App name:       ", "Frequency:      ",
        "\n    cmdline:      ", "\n    schedule:     every ", "\0", "\uFEFF", "\uD800", "é",
    ];

    [Property(MaxTest = 2_000)]
    public void Any_text_is_read(string? text) => AssertSound(text ?? "");

    [Property(MaxTest = 5_000)]
    public Property Pieces_of_all_forms_in_any_order_are_read() => Prop.ForAll(Gen.Elements(Pieces).ArrayOf().Select(string.Concat).ToArbitrary(), AssertSound);

    [Property(MaxTest = 300)]
    public Property What_was_recorded_is_read_however_it_is_damaged() => Prop.ForAll(Damage.Of([Ini, Recorded("config", "crontabber-dumped.ini"), Mapping, Settings, .. Listings], Pieces), AssertSound);

    [Property(MaxTest = 1_000)]
    public Property A_list_of_jobs_written_as_a_crontabber_ini_is_read_as_it_was() => Prop.ForAll(
        JobLists(Flavour.Crontabber).ToArbitrary(),
        jobs =>
        {
            var option = string.Join('\n', jobs.Select((job, i) => $"{(i % 2 == 0 ? "  " : "")}{job.ClassPath}|{job.Frequency}{(job.Time is null ? "" : $"|{job.Time}")}"));
            var read = CrontabberIni.Read(ConfigFile.ReadText($"# jobs\n[crontabber]\n  jobs='''\n{option}\n  '''\n  [[class-Z]]\n  x=1\n", "x.ini"));
            return AssertSame(read, jobs, firstLine: 4);
        });

    [Property(MaxTest = 1_000)]
    public Property A_list_of_jobs_written_as_json_is_read_as_it_was() => Prop.ForAll(
        JobLists(Flavour.Socorro).ToArbitrary(),
        jobs =>
        {
            var json = string.Join(",\n", jobs.Select(job => System.Text.Json.JsonSerializer.Serialize(new { cmd = job.ClassPath, frequency = job.Frequency, time = job.Time, backfill = job.Backfills })));
            var read = SocorroJobs.Read($"[\n{json}\n]", "jobs.json");
            return AssertSame(read, jobs, firstLine: 2) && read.Jobs.Select(job => job.Backfills).SequenceEqual(jobs.Select(job => job.Backfills));
        });

    [Fact]
    public void Configurations_far_too_large_are_read_up_to_their_bounds()
    {
        var many = string.Concat(Enumerable.Range(0, 300_000).Select(i => $"a.B{i}|1h;"));
        var read = CrontabberIni.Read(ConfigFile.ReadText($"[crontabber]\njobs='''{many}'''", "x.ini"));
        Assert.Equal(ScheduleConfiguration.MostJobs, read.Jobs.Count);
        Assert.Contains("not read", Assert.Single(read.Faults).Expected, StringComparison.Ordinal);

        var socorros = SocorroJobs.Read($"JOBS = [{string.Concat(Enumerable.Range(0, 30_000).Select(i => $"{{'cmd': 'a{i}'}},\n"))}]", "cron.py");
        Assert.Equal(ScheduleConfiguration.MostJobs, socorros.Jobs.Count);
        Assert.Contains("not read", Assert.Single(socorros.Faults).Expected, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{'a':")]
    [InlineData("('")]
    [InlineData("'a' ")]
    [InlineData("\\")]
    [InlineData("JOBS = ")]
    [InlineData("\nJOBS=x(")]
    [InlineData("a.B|1h|1h|;")]
    [InlineData("\n[a]\nb='''")]
    [InlineData("'''")]
    public void What_is_repeated_a_million_times_ends_in_faults_and_not_in_a_crash(string piece) =>
        AssertSound(string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length)));

    private static bool AssertSame(ScheduleConfiguration read, JobsEntryOf[] jobs, int firstLine) =>
        read.Faults.Count == 0 && read.Unreadable is null
        && read.Jobs.Select(job => (job.ClassPath, job.Frequency, job.Time)).SequenceEqual(jobs.Select(job => (job.ClassPath, job.Frequency, job.Time)))
        && read.Jobs.Select(job => job.Line).SequenceEqual(Enumerable.Range(firstLine, jobs.Length).Cast<int?>());

    private static void AssertSound(string text)
    {
        AssertSound(CrontabberIni.Read(ConfigFile.ReadText(text, "no-such-folder/x.ini")), text);
        AssertSound(CrontabberIni.Read(ConfigFile.ReadText($"[crontabber]\njobs='''{text}'''", "no-such-folder/x.ini")), $"\n{text}");
        AssertSound(SocorroJobs.Read(text, "x.py"), text);
        AssertSound(SocorroJobs.Read($"JOBS = [{text}]", "x.py"), text);
        AssertSound(JobListing.Read(text, "x.txt"), text);

        var mapping = JobMapping.Read(text, "x.json");
        Assert.InRange(mapping.Faults.Count, 0, FaultList.Most + 1);
        Assert.InRange(mapping.ByClass.Count, 0, ScheduleConfiguration.MostJobs);
        Assert.All(mapping.ByClass.Values, told => Assert.NotEqual("", told.Name));
        Assert.All(JobsOption.Split(text), entry => JobsOption.Read(entry));
    }

    private static void AssertSound(ScheduleConfiguration read, string text)
    {
        var lines = text.AsSpan().Count('\n') + text.AsSpan().Count('\r') + 1;
        Assert.InRange(read.Faults.Count, 0, (FaultList.Most + 1) * 2);
        Assert.All(read.Faults, fault => Assert.InRange(fault.Line ?? 1, 1, lines));
        Assert.InRange(read.Jobs.Count, 0, ScheduleConfiguration.MostJobs);
        Assert.All(read.Jobs, job => Assert.InRange(job.Line ?? 1, 1, lines));
        Assert.Equal(read.Jobs.Count, read.Jobs.Select(job => job.ClassPath).Distinct(StringComparer.Ordinal).Count());
    }

    private static Gen<JobsEntryOf[]> JobLists(Flavour flavour)
    {
        var parts = Gen.Elements("a", "Job", "socorro", "_x", "π", "Z9").NonEmptyListOf().Select(string.Concat);
        var names = parts.NonEmptyListOf().Select(all => string.Join('.', all.Take(4)));
        var frequencies = Gen.Choose(1, 400).SelectMany(number => Gen.Elements("m", "h", "d").Select(unit => $"{number}{unit}"));
        var times = Gen.Choose(0, 23).SelectMany(hour => Gen.Choose(0, 59).Select(minute => (string?)$"{hour:00}:{minute:00}"));
        var daily = Gen.Choose(1, 400).SelectMany(days => times.Select(time => (Frequency: $"{days}d", Time: time)));
        var schedules = Gen.OneOf(frequencies.Select(each => (Frequency: each, Time: (string?)null)), daily);
        var entries = names.SelectMany(name => schedules.SelectMany(schedule => Gen.Elements(true, false).Select(backfills => new JobsEntryOf(name, schedule.Frequency, schedule.Time, flavour == Flavour.Socorro && backfills))));
        return entries.ArrayOf().Select(all => all.DistinctBy(job => job.ClassPath).ToArray());
    }

    private static string Recorded(string folder, string name) => File.ReadAllText(Path.Combine(Fixtures.Folder(folder), name));

    private sealed record JobsEntryOf(string ClassPath, string Frequency, string? Time, bool? Backfills);
}
