using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Dashboard.Kit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Core.Tests.Schedules;

public sealed class ScheduleMonitorTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-schedules-");

    private string Ini => Path.Combine(folder.FullName, "crontabber.ini");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_file_that_changes_is_read_again_and_jobs_it_leaves_alone_stay_the_same_objects()
    {
        Write("a.Alpha|1h\na.Beta|1d");
        await using var monitor = await Running.StartAsync(Ini, folder);
        var before = await monitor.UntilAsync(book => book.Jobs.Count == 2);

        Write("a.Alpha|1h\na.Beta|2d");
        var after = await monitor.UntilAsync(book => book.Find("beta")!.Schedule!.Frequency == "2d");

        Assert.Same(before.Find("alpha"), after.Find("alpha"));
        Assert.NotSame(before.Find("beta"), after.Find("beta"));
    }

    [Fact]
    public async Task A_file_nothing_can_be_made_of_leaves_what_was_known_and_tells_its_faults()
    {
        Write("a.Alpha|1h\na.Beta|1d");
        await using var monitor = await Running.StartAsync(Ini, folder);
        var before = await monitor.UntilAsync(book => book.Jobs.Count == 2);

        File.WriteAllText(Ini, "[crontab");
        var broken = await monitor.UntilAsync(book => book.Faults.Count > 0);
        File.Delete(Ini);
        var gone = await monitor.UntilAsync(book => book.Faults is [{ Found: "no such file" }]);
        Write("a.Alpha|1h\na.Beta|1d\na.Gamma|1h");
        var healed = await monitor.UntilAsync(book => book.Jobs.Count == 3);

        Assert.Same(before.Jobs, broken.Jobs);
        Assert.Same(before.Jobs, gone.Jobs);
        Assert.Equal([1, null], broken.Faults.Select(fault => fault.Line));
        Assert.Empty(healed.Faults);
    }

    [Fact]
    public async Task An_include_that_changes_counts_as_well()
    {
        File.WriteAllText(Path.Combine(folder.FullName, "jobs.ini"), "jobs='a.Alpha|1h'");
        File.WriteAllText(Ini, "[crontabber]\n+include jobs.ini\n");
        await using var monitor = await Running.StartAsync(Ini, folder);
        await monitor.UntilAsync(book => book.Jobs.Count == 1);

        File.WriteAllText(Path.Combine(folder.FullName, "jobs.ini"), "jobs='a.Alpha|1h,a.Beta|1h'");

        await monitor.UntilAsync(book => book.Jobs.Count == 2);
    }

    [Fact]
    public async Task A_book_that_says_the_same_stays_the_same_object_while_rows_change()
    {
        Write("a.Alpha|1h\na.Beta|1d");
        await using var monitor = await Running.StartAsync(Ini, folder);
        var before = await monitor.UntilAsync(book => book.AsOf is not null);

        var fold = new ScheduleFold();
        var files = new ScheduleFiles(Ini, Path.Combine(folder.FullName, "names.json"));
        files.Refresh();
        var first = fold.Next(before, files.Newest, Running.Rows(1), RunsSnapshot.Empty("test"), Flavour.Crontabber);
        var second = fold.Next(first, files.Newest, Running.Rows(2), RunsSnapshot.Empty("test"), Flavour.Crontabber);

        Assert.Same(first, second);
    }

    [Fact]
    public void A_crontabber_ini_beside_socorros_tables_is_a_fault()
    {
        Write("a.Alpha|1h");
        var files = new ScheduleFiles(Ini, null);
        files.Refresh();

        var book = new ScheduleFold().Next(ScheduleBook.Empty("test"), files.Newest, Running.Rows(1), RunsSnapshot.Empty("test"), Flavour.Socorro);

        Assert.Contains("one of Socorro, whose tables the source 'test' has", book.Faults[0].Expected, StringComparison.Ordinal);
    }

    private void Write(string jobs) => File.WriteAllText(Ini, $"[crontabber]\njobs='''\n{jobs}\n'''\n");

    private sealed class Running : IAsyncDisposable
    {
        private readonly FakeTimeProvider clock = new(SampleJobs.Now);
        private readonly ScheduleMonitor monitor;
        private readonly Feed<ScheduleBook> feed;

        private Running(Source source)
        {
            var jobs = new SourceFeeds<JobsSnapshot>(JobsSnapshot.Empty);
            var books = new SourceFeeds<ScheduleBook>(ScheduleBook.Empty);
            jobs.Of(source.Name).Publish(Rows(0));
            feed = books.Of(source.Name);
            monitor = new ScheduleMonitor(
                new SourceDirectory([source]), jobs, new SourceFeeds<RunsSnapshot>(RunsSnapshot.Empty),
                new SourceFeeds<SourceStatus>(_ => SourceStatus.Connecting(source)), books, clock, NullLogger<ScheduleMonitor>.Instance);
        }

        public static JobsSnapshot Rows(int errors) => new()
        {
            Source = "test",
            Jobs = [.. new[] { "alpha", "beta", "gamma" }.Select(name => new Job { Name = name, ErrorCount = errors })],
            AsOf = SampleJobs.Now,
        };

        public static async Task<Running> StartAsync(string ini, DirectoryInfo folder)
        {
            var mapping = Path.Combine(folder.FullName, "names.json");
            await File.WriteAllTextAsync(mapping, """{"a.Alpha": "alpha", "a.Beta": "beta", "a.Gamma": "gamma"}""");
            var running = new Running(new Source("test", "Host=x", "x") { JobsFile = ini, MappingFile = mapping });
            await running.monitor.StartAsync(TestContext.Current.CancellationToken);
            return running;
        }

        // Lets the clock run until it is so; the test's own time limit is the only real one.
        public async Task<ScheduleBook> UntilAsync(Func<ScheduleBook, bool> condition)
        {
            while (!condition(feed.Newest))
            {
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                clock.Advance(ScheduleMonitor.FileStep);
                await Task.Yield();
            }

            return feed.Newest;
        }

        public async ValueTask DisposeAsync()
        {
            await monitor.StopAsync(TestContext.Current.CancellationToken);
            monitor.Dispose();
        }
    }
}
