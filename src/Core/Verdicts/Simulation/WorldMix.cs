using System.Globalization;
using Dashboard.Core.Retries;

namespace Dashboard.Core.Verdicts.Simulation;

/// <summary>A world drawn by chance: jobs of all cadences as crash-stats had them, parents, resources behind all three executors.</summary>
public static class WorldMix
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Subjects = ["adu", "bugzilla", "builds", "correlations", "crashes", "duplicates", "exploitability", "ftp", "graphics", "hangs", "laglog", "modules", "products", "reports", "server", "signatures", "tcbs", "urls", "versions", "weekly"];
    private static readonly string[] Deeds = ["clean", "copy", "count", "fetch", "matview", "send", "status", "update"];

    // How often, how many of forty, whether at a time of day, and the least and greatest usual length in seconds.
    private static readonly (string Frequency, int Of40, bool AtTime, double Least, double Most)[] Cadences =
    [
        ("5m", 2, false, 2, 12), ("10m", 2, false, 2, 20), ("15m", 4, false, 3, 25), ("30m", 3, false, 3, 40), ("1h", 11, false, 5, 90), ("3h", 3, false, 10, 200), ("6h", 3, false, 20, 400),
        ("12h", 2, false, 30, 400), ("1d", 8, true, 30, 600), ("1d", 1, false, 30, 600), ("7d", 1, true, 60, 900),
    ];

    private static readonly SimulatedResource[] Known =
    [
        new() { Name = "postgresql", Backend = "postgres", Executor = ExecutorKind.Limited },
        new() { Name = "elasticsearch", Backend = "http", Executor = ExecutorKind.Plain },
        new() { Name = "s3", Backend = "s3", Executor = ExecutorKind.Infinite },
        new() { Name = "rabbitmq", Backend = "rabbitmq", Executor = ExecutorKind.Limited },
        new() { Name = "bugzilla api", Backend = "http", Executor = ExecutorKind.Plain },
    ];

    /// <summary>A world of so many jobs for so many days.</summary>
    public static SimulatedWorld For(long seed, int days, int jobs = 40)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(days, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(jobs, 1);
        var chance = new Chance((ulong)seed).For("world");
        List<SimulatedJob> made = [];
        for (var i = 0; i < jobs; i++)
        {
            made.Add(Job(chance, i, jobs, made));
        }

        return new SimulatedWorld { Seed = seed, Start = Start, Days = days, Jobs = made, Resources = Known };
    }

    private static SimulatedJob Job(Chance chance, int place, int jobs, List<SimulatedJob> before)
    {
        var cadence = Cadence((int)((place + 0.5) * 40 / jobs));
        var interval = new SimulatedJob { Name = "", Frequency = cadence.Frequency }.Interval;
        var name = string.Create(CultureInfo.InvariantCulture, $"{chance.Of(Subjects)}-{chance.Of(Deeds)}-{place:00}");
        SimulatedJob[] parents = [.. before.Where(other => other.Interval <= interval && other.Interval >= TimeSpan.FromMinutes(15))];
        var time = string.Create(CultureInfo.InvariantCulture, $"{chance.Below(24):00}:{chance.Below(12) * 5:00}");
        return new SimulatedJob
        {
            Name = name,
            Frequency = cadence.Frequency,
            // One of them just before midnight: what heals behind it skips a day.
            Time = cadence.AtTime ? place % 5 == 0 ? "23:50" : time : null,
            Backfills = interval >= TimeSpan.FromHours(1) && chance.Is(0.5),
            DependsOn = parents.Length > 0 && chance.Is(0.35) ? [chance.Of(parents).Name] : [],
            Resources = [.. Known.Where(resource => chance.Is(resource.Name == "postgresql" ? 0.7 : 0.18)).Select(resource => resource.Name)],
            UsualSeconds = Math.Round(cadence.Least * Math.Pow(cadence.Most / cadence.Least, chance.Unit()), 1),
            Spread = Math.Round(chance.Between(0.1, 0.4), 2),
        };
    }

    private static (string Frequency, int Of40, bool AtTime, double Least, double Most) Cadence(int of40)
    {
        foreach (var cadence in Cadences)
        {
            if (of40 < cadence.Of40)
            {
                return cadence;
            }

            of40 -= cadence.Of40;
        }

        return Cadences[4];
    }
}
