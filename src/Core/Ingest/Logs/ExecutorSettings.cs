using System.Buffers.Text;
using System.Text;
using Dashboard.Core.Retries;

namespace Dashboard.Core.Ingest.Logs;

/// <summary>What the configuration that a process lists when it starts says of its executors.</summary>
internal static class ExecutorSettings
{
    private const int MostSettings = 512;
    private const int MostDelays = 64;

    /// <summary>Notes a line of the listing, <c>resource.postgresql.backoff_delays: [10, 30, 60]</c>, if it is of an executor.</summary>
    public static void Note(ProcessState process, ReadOnlySpan<byte> message)
    {
        var colon = message.IndexOf(": "u8);
        if (colon <= 0)
        {
            return;
        }

        var key = message[..colon];
        var value = message[(colon + 2)..];
        var (kind, delays) = (key.EndsWith("executor_class"u8) ? Kind(value) : null, key.EndsWith("backoff_delays"u8) ? Delays(value) : null);
        if (kind is null && delays is null)
        {
            return;
        }

        var prefix = Encoding.UTF8.GetString(key[..(key.LastIndexOf((byte)'.') + 1)]);
        if (!process.Executors.TryGetValue(prefix, out var setting))
        {
            if (process.Executors.Count >= MostSettings)
            {
                return;
            }

            process.Executors[prefix] = setting = new ExecutorSetting();
        }

        (setting.Kind, setting.Delays) = (kind ?? setting.Kind, delays ?? setting.Delays);
    }

    /// <summary>The executor of a job, or of the runner itself; crontabber's default, the infinite one, and no delays where nothing is said.</summary>
    public static (ExecutorKind Kind, List<double> Ladder) Of(ProcessState? process, string? job)
    {
        if (process is null)
        {
            return (ExecutorKind.Infinite, []);
        }

        var own = job is null ? null : $"crontabber.class-{job[(job.LastIndexOf('.') + 1)..]}.";
        var ranked = process.Executors
            .OrderBy(each => own is not null && each.Key.StartsWith(own, StringComparison.Ordinal) ? 0 : each.Key == "crontabber." ? 1 : 2)
            .ThenBy(each => each.Key, StringComparer.Ordinal)
            .Select(each => each.Value)
            .ToList();
        return (ranked.Find(each => each.Kind is not null)?.Kind ?? ExecutorKind.Infinite, ranked.Find(each => each.Delays.Count > 0)?.Delays ?? []);
    }

    private static ExecutorKind? Kind(ReadOnlySpan<byte> value) =>
        value.IndexOf("WithLimitedBackoff"u8) >= 0 ? ExecutorKind.Limited
        : value.IndexOf("WithInfiniteBackoff"u8) >= 0 ? ExecutorKind.Infinite
        : value.IndexOf("TransactionExecutor"u8) >= 0 ? ExecutorKind.Plain
        : null;

    private static List<double>? Delays(ReadOnlySpan<byte> value)
    {
        var delays = new List<double>();
        var text = value.Trim("[]() "u8);
        while (!text.IsEmpty && delays.Count < MostDelays)
        {
            var comma = text.IndexOf((byte)',');
            var number = (comma < 0 ? text : text[..comma]).Trim((byte)' ');
            if (Utf8Parser.TryParse(number, out double seconds, out var read) && read == number.Length && seconds is >= 0 and <= 31_536_000)
            {
                delays.Add(seconds);
            }
            else if (!number.IsEmpty)
            {
                return null;
            }

            text = comma < 0 ? default : text[(comma + 1)..];
        }

        return delays;
    }
}
