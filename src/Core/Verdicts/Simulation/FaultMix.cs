using System.Globalization;

namespace Dashboard.Core.Verdicts.Simulation;

/// <summary>
/// A script of faults drawn by chance: each kind comes by itself, so many times in thirty days of forty jobs, and is over when chance says so, whether anybody was called or not. Brief
/// failures are by far the most, as in the field; docs/decisions tells how the shares came about.
/// </summary>
public static class FaultMix
{
    private const double Days30 = 30;
    private static readonly (string Type, string Value)[] Away =
    [
        ("psycopg2.OperationalError", "could not connect to server: Connection refused"),
        ("psycopg2.OperationalError", "server closed the connection unexpectedly"),
        ("socket.timeout", "timed out"),
        ("psycopg2.OperationalError", "FATAL:  the database system is starting up"),
    ];

    private static readonly (string Type, string Value)[] Code =
    [
        ("TypeError", "unsupported operand type(s) for +: 'NoneType' and 'int'"),
        ("KeyError", "'ProcessType'"),
        ("psycopg2.ProgrammingError", "column \"build_type\" does not exist"),
        ("AttributeError", "'NoneType' object has no attribute 'group'"),
    ];

    private static readonly (string Type, string Value)[] Once =
    [
        ("psycopg2.extensions.TransactionRollbackError", "deadlock detected"),
        ("socket.timeout", "timed out"),
        ("requests.exceptions.HTTPError", "503 Server Error: Service Unavailable"),
        ("RuntimeError", "the other side gave up"),
        ("KeyboardInterrupt", ""),
    ];

    // What it is, how many in thirty days of forty jobs, and how one of them is drawn.
    private static readonly (string What, double Of30Days, Func<Chance, SimulatedWorld, bool, Fault?> Draw)[] Kinds =
    [
        ("outage", 5, (chance, world, hard) => OnResource(chance, world, FaultKind.Outage, chance.Of(Away), Minutes(chance.Around(hard ? 6 : 3, hard ? 1.0 : 0.9)), FaultEnd.Itself)),
        ("flapping", 0.7, (chance, world, _) => OnResource(chance, world, FaultKind.Flapping, chance.Of(Away), Minutes(chance.Around(60, 0.6)), FaultEnd.Itself) with
        {
            DownSeconds = Math.Round(chance.Between(90, 420)), UpSeconds = Math.Round(chance.Between(120, 900)),
        }),
        ("brief", 180, Brief),
        ("midnight", 1, (chance, world, _) => Midnight(chance, world)),
        ("moved", 1, (chance, world, _) => OnResource(chance, world, FaultKind.Outage, ("psycopg2.OperationalError", "could not connect to server: Connection refused"), Hours(chance.Around(5, 0.8)), FaultEnd.Human)),
        ("password", 1.5, (chance, world, _) => OnResource(chance, world, FaultKind.Outage, ("psycopg2.OperationalError", "FATAL:  password authentication failed for user \"breakpad_rw\""), Hours(chance.Around(4, 0.8)), FaultEnd.Human)),
        ("looks transient", 1.5, (chance, world, _) => OnJob(chance, world, FaultKind.Failure, ("socket.timeout", "timed out"), Hours(chance.Around(5, 0.8)), FaultEnd.Human)),
        ("deploy", 4, (chance, world, _) => OnJob(chance, world, FaultKind.Failure, chance.Of(Code), Hours(chance.Around(5, 0.8)), FaultEnd.Human)),
        ("full", 0.7, (chance, world, _) => OnJob(chance, world, FaultKind.Failure, ("psycopg2.OperationalError", "could not extend file \"base/16384/2663\": No space left on device"), Hours(chance.Around(3, 0.8)), FaultEnd.Human)),
        ("full for a while", 0.7, (chance, world, _) => OnJob(chance, world, FaultKind.Failure, ("psycopg2.OperationalError", "could not write block: No space left on device"), Minutes(chance.Around(8, 0.6)), FaultEnd.Itself)),
        ("poison", 1.2, (chance, world, _) => Poison(chance, world)),
        ("slow", 0.7, (chance, world, _) => Slow(chance, world)),
        ("killed", 2, (chance, world, _) => OnJob(chance, world, FaultKind.Killed, ("", ""), Hours(chance.Around(2, 1.0)), FaultEnd.Human)),
        ("killed and left", 1.2, (chance, world, _) => OnJob(chance, world, FaultKind.Killed, ("", ""), TimeSpan.FromDays(30), FaultEnd.Itself)),
        ("killed with cron away at noon", 0.4, (chance, world, _) => OnFrequentJob(chance, world, Hours(chance.Between(13, 40)))),
        ("cron dead", 0.8, (chance, world, _) => OnScheduler(world, Hours(chance.Around(2, 0.8)), FaultEnd.Human)),
        ("reboot", 0.5, (chance, world, _) => OnScheduler(world, Minutes(chance.Around(8, 0.4)), FaultEnd.Itself)),
    ];

    /// <summary>A script for a world.</summary>
    /// <param name="world">The world.</param>
    /// <param name="hard">With outages that last twice as long and five times as many brief failures that come more than once: most of what passes then passes when it is too late to wait.</param>
    public static IReadOnlyList<Fault> For(SimulatedWorld world, bool hard = false)
    {
        ArgumentNullException.ThrowIfNull(world);
        var all = new Chance((ulong)world.Seed).For("faults");
        List<Fault> faults = [];
        foreach (var (what, of30Days, draw) in Kinds)
        {
            var chance = all.For(what);
            var mean = Days30 / of30Days * 40 / world.Jobs.Count;

            // The first day is for every job to run once.
            for (var day = 1 + chance.Wait(mean); day < world.Days; day += chance.Wait(mean))
            {
                if (draw(chance, world, hard) is { } fault)
                {
                    // One that comes at a time of day comes at that time of that day.
                    var at = fault.At + (fault.At == world.Start ? TimeSpan.FromSeconds(Math.Round(day * 86400)) : TimeSpan.FromDays(Math.Floor(day)));
                    faults.Add(fault with { Id = string.Create(CultureInfo.InvariantCulture, $"{what} {faults.Count + 1}"), At = at, Until = at + (fault.Until - fault.At) });
                }
            }

            if (what == "killed with cron away at noon")
            {
                // Cron is away through all the hours in which the lock could be taken over: it is young again when it comes back.
                faults.AddRange([.. faults.Where(fault => fault.Id.StartsWith(what, StringComparison.Ordinal)).Select(fault => new Fault
                {
                    Id = "no cron for " + fault.Id, Kind = FaultKind.Dead, At = fault.At.AddHours(11), Until = fault.At.AddHours(24.5), EndedBy = FaultEnd.Human,
                })]);
            }
        }

        return [.. faults.OrderBy(fault => fault.At)];
    }

    private static Fault OnResource(Chance chance, SimulatedWorld world, FaultKind kind, (string Type, string Value) error, TimeSpan length, FaultEnd end) =>
        Drawn(world, kind, chance.Of(world.Resources).Name, error, length, end) with { Retryable = true };

    private static Fault OnJob(Chance chance, SimulatedWorld world, FaultKind kind, (string Type, string Value) error, TimeSpan length, FaultEnd end)
    {
        // A job is hit where it runs: what is over before its next run never happened, so it begins there for those that run seldom.
        var job = chance.Of(world.Jobs);
        var latest = job.Interval > TimeSpan.FromHours(1) ? job.Interval : TimeSpan.Zero;
        return Drawn(world, kind, job.Name, error, length + (end == FaultEnd.Human && kind == FaultKind.Failure ? latest * chance.Unit() : TimeSpan.Zero), end);
    }

    private static Fault OnScheduler(SimulatedWorld world, TimeSpan length, FaultEnd end) => Drawn(world, FaultKind.Dead, "", ("", ""), length, end);

    // Of a job that runs often, so that its lock is as old as cron's absence is planned for.
    private static Fault OnFrequentJob(Chance chance, SimulatedWorld world, TimeSpan length)
    {
        SimulatedJob[] jobs = [.. world.Jobs.Where(job => job.Interval <= TimeSpan.FromHours(1))];
        return Drawn(world, FaultKind.Killed, chance.Of(jobs.Length > 0 ? jobs : world.Jobs).Name, ("", ""), length, FaultEnd.Human);
    }

    // One run that fails, seldom two or three.
    private static Fault Brief(Chance chance, SimulatedWorld world, bool hard)
    {
        var job = chance.Of(world.Jobs);
        var drawn = chance.Unit();
        return Drawn(world, FaultKind.Failure, job.Name, chance.Of(Once), job.Interval + TimeSpan.FromHours(1), FaultEnd.Itself) with { Runs = drawn < (hard ? 0.9 : 0.98) ? 1 : drawn < (hard ? 0.98 : 0.995) ? 2 : 3 };
    }

    private static Fault? Poison(Chance chance, SimulatedWorld world)
    {
        SimulatedJob[] jobs = [.. world.Jobs.Where(job => job.Backfills)];
        return jobs.Length == 0 ? null : Drawn(world, FaultKind.Poison, chance.Of(jobs).Name, chance.Is(0.5) ? ("ValueError", "invalid literal for int() with base 10: 'n/a'") : ("RuntimeError", "no such report"), Hours(chance.Around(9, 0.7)), FaultEnd.Human);
    }

    private static Fault? Slow(Chance chance, SimulatedWorld world)
    {
        SimulatedJob[] jobs = [.. world.Jobs.Where(job => job.Backfills && job.Interval <= TimeSpan.FromHours(3))];
        if (jobs.Length == 0)
        {
            return null;
        }

        // Until it takes longer than its interval, and some days more.
        var job = chance.Of(jobs);
        var days = chance.Between(2, 6);
        return Drawn(world, FaultKind.Slow, job.Name, ("", ""), TimeSpan.FromDays(days + chance.Between(0.3, 1.5)), FaultEnd.Human) with { GrowthPerDay = Math.Round(job.Interval.TotalSeconds / job.UsualSeconds / days, 2) };
    }

    private static Fault? Midnight(Chance chance, SimulatedWorld world)
    {
        SimulatedJob[] jobs = [.. world.Jobs.Where(job => job.Time == "23:50")];
        if (jobs.Length == 0)
        {
            return null;
        }

        // From some minutes before its time until after midnight: it heals on the next day, and that day's slot is skipped.
        var tonight = world.Start.AddHours(23).AddMinutes(45);
        return Drawn(world, FaultKind.Failure, chance.Of(jobs).Name, ("psycopg2.OperationalError", "server closed the connection unexpectedly"), TimeSpan.Zero, FaultEnd.Itself) with { At = tonight, Until = tonight.AddMinutes(chance.Between(18, 25)) };
    }

    private static Fault Drawn(SimulatedWorld world, FaultKind kind, string target, (string Type, string Value) error, TimeSpan length, FaultEnd end) => new()
    {
        Id = "", Kind = kind, Target = target, At = world.Start, Until = world.Start + TimeSpan.FromSeconds(Math.Round(length.TotalSeconds)), EndedBy = end, ErrorType = error.Type, ErrorValue = error.Value,
    };

    private static TimeSpan Minutes(double minutes) => TimeSpan.FromMinutes(minutes);

    private static TimeSpan Hours(double hours) => TimeSpan.FromHours(hours);
}
