using System.Diagnostics;
using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Verdicts;

namespace Dashboard.Benchmarks;

/// <summary>Hostile errors: texts of ten megabytes, and a hundred thousand groups. Time and memory stay bounded.</summary>
internal static class FailuresBench
{
    private const int Megabytes = 10;

    public static Task RunAsync(Report report, bool quick)
    {
        foreach (var (name, text) in Texts())
        {
            report.Add(new Figure("hostile", $"redaction-10MB-{name}", Best(() => Redaction.Of(text)), "ms", AtMost: 1_000));
        }

        var traceback = string.Concat(Enumerable.Repeat("  File \"/usr/lib/python3/dist-packages/x.py\", line 12, in recurse\n    return recurse(n - 1)\n", Megabytes * 1_048_576 / 95));
        var error = new JobError("ValueError", new string('9', Megabytes * 1_048_576), traceback);
        report.Add(new Figure("hostile", "fingerprint-10MB-traceback", Best(() => Fingerprint.Of(error, FrameRule.Usual)), "ms", AtMost: 50));
        report.Add(new Figure("hostile", "class-10MB-message", Best(() => FailureKindRule.Of(error)), "ms", AtMost: 50));

        var now = new DateTimeOffset(2014, 9, 5, 9, 0, 30, TimeSpan.Zero);
        var groups = Enumerable.Range(0, quick ? 20_000 : 100_000).Select(i => new FailureGroup
        {
            Print = new Fingerprint($"1-{i:x16}", "ValueError", $"kind {i}", ""),
            Kind = new FailureKind(FailureClass.Data, null, "a bench"),
            FirstSeen = now.AddDays(-1),
            LastSeen = now.AddSeconds(-i),
            Sample = new FailureSample(i, $"job-{i}", new JobError("ValueError", $"kind {i}", "")),
        }).ToArray();
        var counts = groups.Select((group, i) => new FailureCount(group.Print.Id, $"job-{i}", i % FailureGroup.TrendSteps, 1, 0, 1, now)).ToArray();
        var standings = StandingsSnapshot.Empty("bench") with { AsOf = now };
        var fold = new FailuresFold(FrameRule.Usual);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        FailuresSnapshot? snapshot = null;
        report.Add(new Figure("hostile", $"fold-{groups.Length}-groups", Best(() => snapshot = fold.Next(FailuresSnapshot.Empty("bench"), new RecordedFailures(groups, counts, [], now), standings, RecordsNow.Empty("bench"), now), rounds: 3), "ms", AtMost: 2_000));
        report.Add(new Figure("hostile", $"snapshot-of-{groups.Length}-groups-keeps", snapshot!.Groups.Count, "groups", AtMost: FailuresSnapshot.MostGroups));
        report.Add(new Figure("hostile", "memory-held-by-that-snapshot", Math.Max(0, GC.GetTotalMemory(forceFullCollection: true) - before) / 1e6, "MB", AtMost: 20));
        GC.KeepAlive(snapshot);
        return Task.CompletedTask;
    }

    // What a scanner that looks ahead would take the square of time for.
    private static IEnumerable<(string Name, string Text)> Texts()
    {
        foreach (var (name, piece) in ((string, string)[])[
            ("addresses", "x://a:b"), ("open-quotes", "password='"), ("keys", "password"), ("backslashes", "\\\\\\\\\\\\\\'"), ("tokens", "eyJ."), ("at-signs", "a://b:c@"), ("pem", "-----BEGIN RSA PRIVATE KEY-----"), ("plain", "token x ")])
        {
            yield return (name, string.Concat(Enumerable.Repeat(piece, Megabytes * 1_048_576 / piece.Length)));
        }
    }

    private static double Best(Action work, int rounds = 3)
    {
        var best = double.MaxValue;
        for (var round = 0; round < rounds; round++)
        {
            var began = Stopwatch.GetTimestamp();
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        return best;
    }
}
