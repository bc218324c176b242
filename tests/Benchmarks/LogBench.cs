using System.Diagnostics;
using Dashboard.Core.Ingest.Logs;

namespace Dashboard.Benchmarks;

/// <summary>P11: how fast logs of executors are read on one core, beside the bare splitting of the same bytes into lines, and on bytes made to be slow.</summary>
internal static class LogBench
{
    private const int Chunk = 256 * 1024;

    public static Task RunAsync(Report report, bool quick)
    {
        var size = quick ? 16 : 128;
        report.Rounds = quick ? 3 : 7;
        var log = Repeated(File.ReadAllBytes(Directory.EnumerateFiles(Path.Combine(Machine.Root, "tests", "Fixtures", "logs"), "10-*.log").Single()), size);
        var (reads, splits, processor) = (new List<double>(), new List<double>(), new List<double>());
        Warm(log);
        for (var round = 0; round < report.Rounds; round++)
        {
            splits.Add(size / Seconds(() => Split(log)));
            processor.Add(size / ProcessorSeconds(() => reads.Add(size / Seconds(() => Read(log)))));
        }

        // Rates are better the higher they are; figures are held to be at most: so milliseconds for a hundred megabytes.
        var (read, bare) = (new Sample(reads).At(0.5), new Sample(splits).At(0.5));
        report.Note(FormattableString.Invariant($"{read:0} MB/s of a real log with four threads; bare splitting {bare:0} MB/s; median of {report.Rounds}"));
        report.Add(new Figure("P11", "log-100-MB", 100_000 / read, "ms", AtMost: 1_000, Limit: 100_000 / bare));

        // On one core is meant: what others on the machine take of it meanwhile is not the reader's.
        report.Add(new Figure("P11", "log-100-MB-of-processor", 100_000 / new Sample(processor).At(0.5), "ms", AtMost: 1_000));

        Hostile(report, "one-line", new byte[size << 20]);
        Hostile(report, "all-dashes", Repeated("2014-06-08 03:23:53,101 DEBUG -  -  -  -  -  -  -  -  -  - \n"u8.ToArray(), size));
        Hostile(report, "headers", Repeated("Traceback (most recent call last):\n"u8.ToArray(), size));
        Hostile(report, "empty-lines", Repeated("\n"u8.ToArray(), size));
        Hostile(report, "endless-message", [.. "2014-06-08 03:23:53,101 CRITICAL - a - b transaction error eligible for retry\nX: y\n"u8, .. Repeated("x\n"u8.ToArray(), size)]);
        return Task.CompletedTask;
    }

    // Twice the bytes may take twice the time, and a little for the noise of a machine; both by turns, for it changes.
    private static void Hostile(Report report, string name, byte[] bytes)
    {
        var part = bytes[..(bytes.Length / 2)];
        Read(part);
        var (half, whole) = (new List<double>(), new List<double>());
        for (var round = 0; round < report.Rounds; round++)
        {
            half.Add(ProcessorSeconds(() => Read(part)));
            whole.Add(ProcessorSeconds(() => Read(bytes)));
        }

        // Others on the machine only ever add to it: the least is the nearest to the truth.
        report.Add(new Figure("P11", $"hostile-{name}-100-MB", whole.Min() * 1_000 * 100e6 / bytes.Length, "ms"));
        report.Add(new Figure("P11", $"hostile-{name}-twice", whole.Min() / half.Min(), "x", AtMost: 3));
    }

    // The time of our own threads, so that somebody else's work between two readings is not taken for ours.
    private static double ProcessorSeconds(Action action)
    {
        var began = Environment.CpuUsage.TotalTime;
        action();
        return (Environment.CpuUsage.TotalTime - began).TotalSeconds;
    }

    // The reader of a log of hours is compiled as well as it gets after its first second.
    private static void Warm(byte[] log)
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(2);)
        {
            Read(log);
        }
    }

    private static double Seconds(Action action)
    {
        var began = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static void Read(byte[] log)
    {
        var reader = new ExecutorLogReader(new LogSubject("bench", "bench"), "bench");
        for (var at = 0; at < log.Length; at += Chunk)
        {
            reader.Read(log.AsSpan(at, Math.Min(Chunk, log.Length - at)));
            reader.Drain("bench");
        }
    }

    private static long Split(byte[] log)
    {
        var lines = 0L;
        ReadOnlySpan<byte> rest = log;
        while (rest.IndexOf((byte)'\n') is var end and >= 0)
        {
            lines++;
            rest = rest[(end + 1)..];
        }

        return lines;
    }

    private static byte[] Repeated(byte[] part, int megabytes)
    {
        var whole = new byte[megabytes * 1_000_000];
        for (var at = 0; at < whole.Length; at += part.Length)
        {
            part.AsSpan(0, Math.Min(part.Length, whole.Length - at)).CopyTo(whole.AsSpan(at));
        }

        return whole;
    }
}
