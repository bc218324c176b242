using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Dashboard.Kit;

namespace Dashboard.Core.Tests.Schedules;

/// <summary>What is inferred from the captured databases alone, held against what was configured.</summary>
public sealed class InferenceTests
{
    private static readonly Lazy<JobMapping> Truth = new(() => ScheduleFile.ReadMapping(Path.Combine(Fixtures.Folder("config"), "crontabber-mapping.json")));

    [Theory]
    [InlineData("healthy")]
    [InlineData("incident")]
    public async Task Nothing_inferred_of_crontabbers_jobs_is_wrong(string state)
    {
        var captured = await Captured.ReadAsync($"crontabber-{state}");
        var listing = JobListing.Read(await Fixtures.TextAsync("commands", $"{state}--list-jobs.txt", TestContext.Current.CancellationToken), "listing");
        var book = captured.Book(ScheduleReading.Nothing);

        Assert.False(book.IsConfigured);
        Assert.Equal(captured.Rows.Jobs.Select(row => row.Name), book.Jobs.Select(job => job.Name));
        var (cadences, backfills) = (0, 0);
        foreach (var configured in listing.Jobs)
        {
            if (book.Find(configured.Name!) is not { } job)
            {
                continue;
            }

            if (job.CadenceKnown != Knowledge.Unknown)
            {
                Assert.Equal(Cadence.Words(new Schedule(configured.Frequency, configured.Time, false)), Cadence.Words(job.Schedule!));
                Assert.Equal(configured.Time, job.Schedule!.Time);
                Assert.NotEmpty(job.CadenceEvidence);
                cadences++;
            }

            if (job.BackfillsKnown != Knowledge.Unknown && Truth.Value.Of(configured)?.Backfills is { } truth)
            {
                Assert.Equal((configured.Name, truth), (job.Name, job.Schedule?.Backfills ?? truth));
                backfills++;
            }
        }

        // What cannot be told is told to be so; this is all of it.
        var silent = book.Jobs.Where(job => job.CadenceKnown == Knowledge.Unknown).Select(job => $"{job.Name}: {job.CadenceEvidence}");
        var undecided = book.Jobs.Where(job => job.BackfillsKnown == Knowledge.Unknown).Select(job => $"{job.Name}: {job.BackfillsEvidence}");
        if (state == "healthy")
        {
            Assert.Equal((16, 14), (cadences, backfills));
            Assert.Empty(silent);
            Assert.Equal(["weekly-reports-partitions: one success is known, and a first run looks the same either way"], undecided);
        }
        else
        {
            Assert.Equal(
                [
                    "adu-matview: none of its last 60 runs succeeded, and while a job fails only its retries are seen; its last slot was at 07:30, which tells a time of day and not how often",
                    "suspicious-crashes: none of its last 60 runs succeeded, and while a job fails only its retries are seen",
                    "update-gccrashes: no run of it is known",
                    "weekly-reports-partitions: none of its last 60 runs succeeded, and while a job fails only its retries are seen",
                ],
                silent);
            Assert.Equal(["update-gccrashes: no run of it is known"], undecided);
            Assert.Equal((15, 18), (cadences, backfills));
        }
    }

    [Fact]
    public async Task All_of_socorros_schedules_are_inferred_right()
    {
        var captured = await Captured.ReadAsync("socorro-cron-incident", Flavour.Socorro);
        var listing = JobListing.Read(await Fixtures.TextAsync("commands", "socorro-cronlist-incident.txt", TestContext.Current.CancellationToken), "listing");
        var book = captured.Book(ScheduleReading.Nothing);

        Assert.Equal(11, listing.Jobs.Count);
        Assert.Equal(
            listing.Jobs.OrderBy(job => job.Name, StringComparer.Ordinal).Select(job => $"{job.Name} {Cadence.Words(new Schedule(job.Frequency, job.Time, false, Flavour.Socorro))}"),
            book.Jobs.Select(job => $"{job.Name} {Cadence.Words(job.Schedule!)}"));
        var known = book.Jobs.Where(job => job.BackfillsKnown != Knowledge.Unknown).ToArray();
        Assert.All(known, job => Assert.Equal((job.Name, listing.Jobs.Single(each => each.Name == job.Name).Backfills), (job.Name, job.Schedule!.Backfills)));
        Assert.Equal(["cleanse_cronlog", "clearsessions", "esclean", "update_graphics_pci"], book.Jobs.Except(known).Select(job => job.Name));
    }
}
