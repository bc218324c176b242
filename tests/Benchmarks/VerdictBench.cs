using System.Diagnostics;
using Dashboard.Core.Backfill;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;

namespace Dashboard.Benchmarks;

/// <summary>P8: the verdict of 1,000 jobs with 50 runs each, one in fifty failing: from nothing, after one of them changed, and when nothing did.</summary>
internal static class VerdictBench
{
    private const int Count = 1_000;
    private const int Runs = 50;
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 3, 2, 0, TimeSpan.Zero);
    private static readonly JobError Refused = new("psycopg2.OperationalError", "could not connect to server: Connection refused", "");

    public static Task RunAsync(Report report, bool quick)
    {
        var rounds = quick ? 20 : 100;
        var settings = new VerdictSettings();
        var (facts, changed) = (Facts(0), Facts(1));
        var memory = new HealMemory();
        var model = memory.Learn(facts, null);
        var (whole, one) = (new List<double>(rounds), new List<double>(rounds));
        for (var round = 0; round < rounds + 5; round++)
        {
            var began = Stopwatch.GetTimestamp();
            var said = VerdictEngine.Evaluate(facts, settings, model, Now);
            var first = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            began = Stopwatch.GetTimestamp();
            _ = VerdictEngine.Evaluate(changed, settings, model, Now, said);
            if (round >= 5)
            {
                whole.Add(first);
                one.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
        }

        var before = VerdictEngine.Evaluate(facts, settings, model, Now);
        _ = VerdictEngine.Evaluate(facts, settings, model, Now.AddSeconds(1), before);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var again = 0; again < Count; again++)
        {
            _ = VerdictEngine.Evaluate(facts, settings, memory.Learn(facts, before), Now.AddSeconds(2), before);
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        report.Add(new Figure("P8", "verdict-of-1000-jobs-p95", At(whole, 0.95), "ms", AtMost: 20));
        report.Add(new Figure("P8", "verdict-of-1000-jobs-one-changed-p95", At(one, 0.95), "ms", AtMost: 20));
        report.Add(new Figure("P8", "allocated-per-unchanged-job", (double)allocated / Count / Count, "B", AtMost: 0));
        report.Note($"{Count} jobs, {Count * Runs} runs, {before.Jobs.Count(verdict => verdict.State is not VerdictState.Ok)} of them not on time; {rounds} rounds after 5 to warm");
        return Task.CompletedTask;
    }

    private static double At(List<double> took, double share)
    {
        took.Sort();
        return took[(int)(took.Count * share) - 1];
    }

    // Another row of the first job makes the second picture; all others are the same objects only where the folds keep them, so every job is really looked at.
    private static VerdictFacts Facts(int later)
    {
        ScheduleBook book = new()
        {
            Source = "bench", IsConfigured = true, AsOf = Now,
            Jobs = [.. Enumerable.Range(0, Count).Select(i => new JobDefinition { Name = Name(i), Schedule = new Schedule("1h", null, Backfills: i % 3 == 0), CadenceKnown = Knowledge.Configured, BackfillsKnown = Knowledge.Configured, DependsOn = i % 4 == 3 ? [Name(i - 1)] : [] })],
        };
        JobsSnapshot rows = new() { Source = "bench", AsOf = Now, Jobs = [.. Enumerable.Range(0, Count).Select(i => Row(i, i == 0 ? later : 0))] };
        RunsSnapshot runs = new() { Source = "bench", AsOf = Now, Whole = true, ByJob = Enumerable.Range(0, Count).ToDictionary(Name, History) };
        var tick = TickRule.Next(TickSnapshot.Empty("bench"), book, rows, runs, Now);
        return new VerdictFacts
        {
            Standings = StandingsFold.Next(StandingsSnapshot.Empty("bench"), tick, runs, Now, book),
            Tick = tick,
            Backlogs = new BacklogFold().Next(BacklogSnapshot.Empty("bench"), new BacklogInputs(book, rows, runs, tick), Now),
            Book = book,
        };
    }

    private static string Name(int i) => $"job-{i:0000}";

    private static bool Fails(int i) => i % 50 == 7;

    private static Job Row(int i, int later) => new()
    {
        Name = Name(i), FirstRun = Now.AddDays(-9), LastRun = Now.AddMinutes(-20), LastSuccess = Now.AddMinutes(Fails(i) ? -80 : -20), NextRun = Now.AddMinutes(Fails(i) ? 3 : 40 + later),
        ErrorCount = Fails(i) ? 1 : 0, LastError = Fails(i) ? Refused : null, DependsOn = i % 4 == 3 ? [Name(i - 1)] : [],
    };

    private static JobHistory History(int i) => JobHistory.Of(
    [
        .. Enumerable.Range(0, Runs).Select(run => new Run
        {
            Id = (i * Runs) + Runs - run, Job = Name(i), LogTime = Now.AddMinutes(-19 - (60 * run)), Duration = TimeSpan.FromSeconds(10 + (run % 7)),
            Outcome = run == 0 && Fails(i) ? RunOutcome.Failure : RunOutcome.Success, Success = run == 0 && Fails(i) ? null : Now.AddMinutes(-19 - (60 * run)), Error = run == 0 && Fails(i) ? Refused : null,
        }),
    ]);
}
