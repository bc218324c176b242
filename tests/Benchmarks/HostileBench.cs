using System.Diagnostics;
using Dashboard.Core.Backfill;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;

namespace Dashboard.Benchmarks;

/// <summary>What nobody should have and somebody will: each must cost a bounded time and a bounded memory.</summary>
internal static class HostileBench
{
    public static Task RunAsync(Report report, bool quick)
    {
        YearsOfMinutes(report, quick ? 20 : 200);
        return Task.CompletedTask;
    }

    /// <summary>A job of every minute that owes three years, with all the runs one asks the records for.</summary>
    private static void YearsOfMinutes(Report report, int rounds)
    {
        var now = new DateTimeOffset(2014, 9, 5, 9, 0, 30, TimeSpan.Zero);
        var last = now.AddYears(-3);
        var schedule = new Schedule("1m", null, Backfills: true);
        var row = new Job { Name = "minutely", FirstRun = last.AddYears(-1), LastSuccess = last, NextRun = last, ErrorCount = 3, LastError = new JobError("ValueError", "", "") };
        var facts = new BacklogFacts(new JobDefinition { Name = "minutely", Schedule = schedule, BackfillsKnown = Knowledge.Configured }, row, JobHistory.None, null);
        SlotRun[] runs = [.. Enumerable.Range(0, SlotHistories.MostRuns).Select(at =>
            new SlotRun(at, last.AddMinutes(at - SlotHistories.MostRuns), TimeSpan.FromSeconds(1), last.AddMinutes(at - SlotHistories.MostRuns), Failed: false, null))];
        var (backlogs, plans, allocated) = (new List<double>(), new List<double>(), 0L);
        for (var round = 0; round < rounds; round++)
        {
            var began = Stopwatch.GetTimestamp();
            var owed = BacklogRule.For(facts, now).Owed.Count;
            backlogs.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);

            var before = GC.GetAllocatedBytesForCurrentThread();
            began = Stopwatch.GetTimestamp();
            var ledger = SlotLedger.For(facts, new KnownRuns(runs, runs[0].Ended), now).Value;
            var plan = BackfillPlan.For(ledger, new BackfillChoice(SlotWish.MissingAndFailed, last.AddYears(-1), now), now);
            plans.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (owed < 1_500_000 || plan.Runs.Count < owed)
            {
                throw new InvalidOperationException($"{owed} slots are owed and {plan.Runs.Count} planned.");
            }
        }

        report.Add(new Figure("-", "backlog-of-three-years-of-minutes-p95", new Sample(backlogs).At(0.95), "ms", AtMost: 5));
        report.Add(new Figure("-", "plan-for-three-years-of-minutes-p95", new Sample(plans).At(0.95), "ms", AtMost: 100));
        report.Add(new Figure("-", "plan-for-three-years-of-minutes-allocated", allocated / 1024.0, "KiB", AtMost: 16_384));
    }
}
