using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.Tests.Schedules;

/// <summary>Rows and recent runs of a captured database as the monitors read them.</summary>
internal sealed record Captured(JobsSnapshot Rows, RunsSnapshot Runs, Flavour Flavour)
{
    public static async Task<Captured> ReadAsync(string fixture, Flavour flavour = Flavour.Crontabber)
    {
        await using var observing = await Observing.NewAsync(fixture, flavour);
        var (jobs, runs) = (new SourceFeeds<JobsSnapshot>(JobsSnapshot.Empty), new SourceFeeds<RunsSnapshot>(RunsSnapshot.Empty));
        var cancellationToken = TestContext.Current.CancellationToken;
        await new JobsMonitor(jobs, NullLogger<JobsMonitor>.Instance).ReadAsync(observing.Source, SourceChange.Everything, cancellationToken);
        var histories = new RunHistories(TimeProvider.System);
        await new RunsMonitor(runs, jobs, histories, Options.Create(new RunOptions()), TimeProvider.System, NullLogger<RunsMonitor>.Instance)
            .ReadAsync(observing.Source, SourceChange.Everything, cancellationToken);
        return new Captured(jobs.Of(observing.Name).Newest, runs.Of(observing.Name).Newest, flavour);
    }

    public ScheduleBook Book(ScheduleReading files) => new ScheduleFold().Next(ScheduleBook.Empty("test"), files, Rows, Runs, Flavour);
}
