using Dashboard.Core.Failures;
using Dashboard.Core.Retries;
using Dashboard.Core.Ticks;

namespace Dashboard.Kit;

/// <summary>Streaks for tests that need no executor, as of one moment: open ones, and one of each end.</summary>
/// <param name="now">The present.</param>
/// <param name="source">Whose.</param>
public sealed class SampleRetries(DateTimeOffset now, string source = "demo")
{
    /// <summary>The resource most of them use.</summary>
    public const string Postgres = "postgres breakpad@db1";

    private static readonly TimeSpan[] Delays = [.. ((int[])[10, 30, 60, 120, 300]).Select(seconds => TimeSpan.FromSeconds(seconds))];

    /// <summary>A resource two jobs wait for, where one gave up and one was lost; and one that is well again.</summary>
    public RetriesSnapshot BadNight => new()
    {
        AsOf = now,
        Resources =
        [
            new ResourceLane
            {
                Source = source,
                Resource = Postgres,
                Backend = "postgres",
                Open = [Open("adu-matview", 3, waited: 40), Open("duplicates", 1, waited: 4)],
                Ended =
                [
                    Ended("reports-clean", StreakState.Lost, 2, now.AddMinutes(-14)),
                    Ended("ftpscraper", StreakState.GaveUp, 5, now.AddMinutes(-21)),
                    Ended("duplicates", StreakState.Recovered, 2, now.AddMinutes(-40)),
                    Ended("bugzilla-associations", StreakState.Aborted, 1, now.AddMinutes(-50)),
                ],
                Ladder = Delays,
                GotThroughAt = now.AddSeconds(-12),
                GotThroughBy = "bugzilla-associations",
                Recovery = new RecoveryTimes(34, TimeSpan.FromSeconds(51), TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(12), [8, 6, 9, 5, 3, 2, 1, 0, 0]),
            },
            new ResourceLane
            {
                Source = source,
                Resource = "rabbitmq crashes@mq1",
                Backend = "rabbitmq",
                Ended = [Ended("submitter", StreakState.Recovered, 3, now.AddMinutes(-33), "rabbitmq crashes@mq1")],
                Ladder = Delays,
            },
        ],
        Ticks = new Dictionary<string, IReadOnlyList<Tick>>
        {
            [source] = [new Tick { Id = Id("tick"), Source = source, Host = "admin1", Process = "crontabber/4711", Runner = "crontabber", StartedAt = now.AddSeconds(-30), HeardAt = now.AddSeconds(-12), Running = "adu-matview" }],
        },
    };

    /// <summary>An open streak in its wait.</summary>
    public RetryStreak Open(string job, int attempts, int waited, string resource = Postgres)
    {
        var delay = Delays[Math.Min(attempts, Delays.Length) - 1];
        var failed = now.AddSeconds(-waited);
        return Streak(job, StreakState.Open, attempts, failed, resource) with { HeardAt = now.AddSeconds(-2), Delay = delay, NextAttemptAt = failed + delay };
    }

    /// <summary>One that ended.</summary>
    public RetryStreak Ended(string job, StreakState state, int attempts, DateTimeOffset at, string resource = Postgres) =>
        Streak(job, state, attempts, at.AddSeconds(-10), resource) with { EndedAt = at, HeardAt = at };

    /// <summary>What executors tell in such a night, in the order of time: two that wait for minutes yet, and one of each end.</summary>
    public IReadOnlyList<RetryEvent> Told =>
    [
        .. BadNight.Resources.SelectMany(lane => lane.Ended).Append(Open("adu-matview", 5, waited: 40)).Append(Open("duplicates", 4, waited: 4)).SelectMany(Events).OrderBy(told => told.At),
    ];

    private static Guid Id(string text) => new(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));

    private RetryStreak Streak(string job, StreakState state, int attempts, DateTimeOffset lastFailed, string resource)
    {
        var at = lastFailed;
        var marks = new List<AttemptMark>();
        for (var attempt = attempts; attempt >= 1; attempt--)
        {
            var delay = Delays[Math.Min(attempt, Delays.Length) - 1];
            marks.Insert(0, new AttemptMark(attempt, at, state == StreakState.GaveUp && attempt == attempts ? null : delay));
            if (attempt > 1)
            {
                at -= Delays[Math.Min(attempt - 1, Delays.Length) - 1];
            }
        }

        return new RetryStreak
        {
            Id = Id($"{job} {state} {attempts}"),
            Who = new RetryTeller(source, "admin1", "crontabber/4711", job, resource),
            AppName = job,
            Backend = resource.Split(' ')[0],
            Executor = ExecutorKind.Limited,
            StartedAt = at,
            State = state,
            Attempts = attempts,
            HeardAt = lastFailed,
            ExceptionType = "OperationalError",
            ExceptionValue = "ERROR:  pgbouncer cannot connect to server",
            Code = "08006",
            Class = FailureClass.Network,
            Marks = marks,
        };
    }

    private static IEnumerable<RetryEvent> Events(RetryStreak streak)
    {
        foreach (var mark in streak.Marks)
        {
            yield return Event(streak, mark.At, mark.Attempt, mark.Delay is null ? RetryOutcome.GaveUp : RetryOutcome.Fail) with
            {
                ExceptionType = streak.ExceptionType,
                ExceptionValue = streak.ExceptionValue,
                Code = streak.Code,
                Class = streak.Class,
                Delay = mark.Delay,
                NextAttemptAt = mark.At + mark.Delay,
            };
        }

        if (streak is { EndedAt: { } end, State: StreakState.Recovered or StreakState.Aborted })
        {
            yield return Event(streak, end, streak.Attempts + 1, streak.State == StreakState.Recovered ? RetryOutcome.OkAfterRetry : RetryOutcome.Aborted);
        }
    }

    private static RetryEvent Event(RetryStreak streak, DateTimeOffset at, int attempt, RetryOutcome outcome) => new()
    {
        Id = Guid.NewGuid(),
        At = at,
        Who = streak.Who,
        AppName = streak.AppName,
        Backend = streak.Backend,
        Executor = streak.Executor,
        Attempt = attempt,
        Outcome = outcome,
    };
}
