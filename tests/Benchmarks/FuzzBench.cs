using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Dashboard.Core.Configuration;
using Dashboard.Core.Failures;
using Dashboard.Core.Ingest.Logs;
using Dashboard.Core.Retries;
using Dashboard.Core.Schedules;

namespace Dashboard.Benchmarks;

/// <summary>
/// What others wrote, a million times bent out of shape, by readers that must take anything: none may throw, none may think for a second, and a log tells the same
/// however its bytes were cut. A failure names the seed of its input.
/// </summary>
internal static class FuzzBench
{
    private static readonly byte[][] Scraps =
    [
        "\n"u8.ToArray(), "\r\n"u8.ToArray(), "\0"u8.ToArray(), " - "u8.ToArray(), "Traceback (most recent call last):\n"u8.ToArray(), "retry in 10 seconds"u8.ToArray(),
        "2014-06-08 03:23:53,101 CRITICAL - MainThread - x transaction error eligible for retry\n"u8.ToArray(), "2014-06-08 03:23:53,101 DEBUG - MainThread - retry in 1e9 seconds\n"u8.ToArray(),
        "waiting for retry after failure in x transaction: 0sec of 10sec"u8.ToArray(), [0xff, 0xfe], [0xed, 0xa0, 0x80], "During handling of the above exception, another exception occurred:\n"u8.ToArray(),
        "{\"id\":"u8.ToArray(), "]]]]"u8.ToArray(), "\"\"\""u8.ToArray(), "'''"u8.ToArray(), "password=x"u8.ToArray(), "://a:b@c"u8.ToArray(), "|1d|25:61\n"u8.ToArray(), "1e999"u8.ToArray(),
    ];

    public static Task RunAsync(Report report, bool quick)
    {
        var inputs = quick ? 20_000 : 1_000_000;
        var logs = Directory.EnumerateFiles(Path.Combine(Machine.Root, "tests", "Fixtures", "logs"), "*.log").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(log => log.Length > 0).ToArray();
        var ini = Directory.EnumerateFiles(Path.Combine(Machine.Root, "tests", "Fixtures", "config"), "*.ini").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToArray();
        byte[][] events =
        [
            """{"id":"4e7a4c5b-7df1-4f0e-8a0b-1f2c3d4e5f60","at":"2014-06-08T03:23:53.101Z","source":"socorro","host":"admin1","process":"crontabber/4711","thread":"MainThread","resource":"postgres breakpad@db1","backend":"postgres","executor":"TransactionExecutorWithInfiniteBackoff","attempt":1,"outcome":"fail","exc_type":"OperationalError","exc_value":"no route","delay_s":10}"""u8.ToArray(),
        ];
        Fuzz(report, "log", inputs, logs, ReadLog);
        Fuzz(report, "event", inputs, events, ReadEvent);
        Fuzz(report, "jobs", inputs, ini, bytes => _ = CrontabberIni.Read(ConfigFile.ReadText(Encoding.UTF8.GetString(bytes), "fuzz.ini")));
        Fuzz(report, "redaction", inputs, [.. logs, .. ini], bytes => _ = Redaction.Of(Encoding.UTF8.GetString(bytes)));
        return Task.CompletedTask;
    }

    private static void Fuzz(Report report, string name, int inputs, byte[][] seeds, Action<byte[]> read)
    {
        var (thrown, slowest, began) = (0, 0.0, Stopwatch.GetTimestamp());
        for (var seed = 0; seed < inputs; seed++)
        {
            var input = Bent(new Random(seed), seeds);
            var started = Environment.CpuUsage.TotalTime;
            try
            {
                read(input);
            }
            catch (Exception cause)
            {
                if (thrown++ == 0)
                {
                    report.Note(FormattableString.Invariant($"{name}: seed {seed} throws {cause.GetType().Name}: {cause.Message} {cause.StackTrace?.ReplaceLineEndings(" ")} The input, in base64: {Convert.ToBase64String(input)}"));
                }
            }

            // Of our own threads: on a busy machine any of them may stand still for a second.
            slowest = Math.Max(slowest, (Environment.CpuUsage.TotalTime - started).TotalMilliseconds);
        }

        report.Note(FormattableString.Invariant($"{name}: {inputs} inputs in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s"));
        report.Add(new Figure("fuzz", $"{name}-{inputs}-thrown", thrown, "inputs", AtMost: 0));
        report.Add(new Figure("fuzz", $"{name}-slowest", slowest, "ms", AtMost: 1_000));
    }

    // A piece of what a program really wrote, with some bytes changed, left out, doubled or put in.
    private static byte[] Bent(Random random, byte[][] seeds)
    {
        var seed = seeds[random.Next(seeds.Length)];
        var from = random.Next(seed.Length);
        var bytes = new List<byte>(seed[from..Math.Min(seed.Length, from + random.Next(1, 2_000))]);
        if (random.Next(4) == 0)
        {
            bytes = [.. seed[..Math.Min(seed.Length, 4_000)]];
        }

        for (var changes = random.Next(8); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 40)));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, random.Next(1, 200))));
                    break;
                default:
                    bytes.InsertRange(at, Scraps[random.Next(Scraps.Length)]);
                    break;
            }
        }

        return [.. bytes];
    }

    private static void ReadLog(byte[] bytes)
    {
        var (whole, events) = Told(bytes, bytes.Length);
        var (cut, again) = Told(bytes, 1 + (bytes.Length % 61));
        if (whole != cut || !events.SequenceEqual(again))
        {
            throw new InvalidOperationException($"{events.Count} events of {whole} lines in one piece, {again.Count} of {cut} in many.");
        }
    }

    private static (long Lines, IReadOnlyList<RetryEvent> Events) Told(byte[] bytes, int piece)
    {
        var reader = new ExecutorLogReader(new LogSubject("fuzz", "fuzz"), "fuzz");
        for (var at = 0; at < bytes.Length; at += piece)
        {
            reader.Read(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
        }

        reader.Settle(lineToo: true);
        var batch = reader.Drain("fuzz");
        return (batch.Position!.Lines, [.. batch.Events]);
    }

    private static void ReadEvent(byte[] bytes)
    {
        JsonDocument json;
        try
        {
            json = JsonDocument.Parse(bytes);
        }
        catch (JsonException)
        {
            // Told so to whoever sent it, before any of ours reads it.
            return;
        }

        using (json)
        {
            if (RetryEventJson.Read(json.RootElement, out _) is { } told)
            {
                _ = RetryEventJson.Line(told);
            }
        }
    }
}
