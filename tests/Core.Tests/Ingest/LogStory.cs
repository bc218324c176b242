using System.Globalization;
using System.Text;
using Dashboard.Core.Ingest.Logs;
using Dashboard.Core.Retries;
using Dashboard.Core.Ticks;
using Dashboard.Kit;

namespace Dashboard.Core.Tests.Ingest;

/// <summary>What a person would write down reading a log: one line for each streak, and one for each process.</summary>
internal sealed class LogStory
{
    public List<RetryEvent> Events { get; } = [];

    public Dictionary<Guid, Tick> Ticks { get; } = [];

    public long Lines { get; private set; }

    public long Unreadable { get; private set; }

    public List<string> Samples { get; } = [];

    /// <summary><c>MainThread LongQueryApp limited: 2 3 5 gave_up psycopg2.OperationalError</c></summary>
    public IReadOnlyList<string> Streaks
    {
        get
        {
            var told = new List<StringBuilder>();
            var open = new Dictionary<RetryTeller, StringBuilder>();
            foreach (var each in Events)
            {
                if (!open.TryGetValue(each.Who, out var streak))
                {
                    var job = each.AppName is null ? "" : $" {each.AppName[(each.AppName.LastIndexOf('.') + 1)..]}";
                    streak = open[each.Who] = new StringBuilder($"{each.Who.Thread}{job} {each.Executor.ToString().ToLowerInvariant()}:");
                    told.Add(streak);
                }

                switch (each.Outcome)
                {
                    case RetryOutcome.Fail:
                        streak.Append(CultureInfo.InvariantCulture, $" {each.Delay?.TotalSeconds.ToString(CultureInfo.InvariantCulture) ?? "fail"}");
                        break;
                    case RetryOutcome.Waiting:
                        break;
                    default:
                        streak.Append(CultureInfo.InvariantCulture, $" {each.Outcome}{(each.ExceptionType is null ? "" : $" {each.ExceptionType}")}");
                        open.Remove(each.Who);
                        break;
                }
            }

            return [.. told.Select(each => each.ToString())];
        }
    }

    /// <summary><c>exit 0, 3 ok, 0 failed</c></summary>
    public IReadOnlyList<string> Processes =>
    [
        .. Ticks.Values.OrderBy(tick => tick.StartedAt).Select(tick => string.Create(
            CultureInfo.InvariantCulture, $"exit {tick.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? "?"}, {tick.Succeeded} ok, {tick.Failed} failed{(tick.Running is null ? "" : $", in {tick.Running[(tick.Running.LastIndexOf('.') + 1)..]}")}")),
    ];

    public static byte[] Fixture(string start) =>
        File.ReadAllBytes(Directory.EnumerateFiles(Fixtures.Folder("logs"), start + "*.log").Single());

    public static LogStory Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    public static LogStory Of(byte[] log, TimeZoneInfo? zone = null)
    {
        var story = new LogStory();
        var reader = new ExecutorLogReader(new LogSubject("here", "host") { Zone = zone ?? TimeZoneInfo.Utc }, "file");
        reader.Read(log);
        reader.Settle(lineToo: true);
        story.Take(reader.Drain("log"));
        return story;
    }

    public void Take(RetryBatch batch)
    {
        Events.AddRange(batch.Events);
        foreach (var tick in batch.Ticks)
        {
            Ticks[tick.Id] = tick;
        }

        Lines += batch.Position!.Lines;
        Unreadable += batch.Position.Unreadable;
        Samples.AddRange(batch.Position.Samples);
    }
}
