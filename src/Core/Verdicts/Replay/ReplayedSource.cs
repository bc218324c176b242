using Dashboard.Core.Backfill;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;
using Dashboard.Core.Retries;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Ticks;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Core.Verdicts.Simulation;

namespace Dashboard.Core.Verdicts.Replay;

/// <summary>A source as it was seen from moment to moment: takes a history line by line and gives the facts that were known, by the very folds that make them of a live one.</summary>
public sealed class ReplayedSource
{
    private const string Source = "replay";
    private const int TicksKept = 60;
    private static readonly TimeSpan Silent = TimeSpan.FromSeconds(60);

    private readonly ScheduleBook book;
    private readonly SortedDictionary<string, Job> rows = new(CodePointOrder.Instance);
    private readonly Dictionary<string, JobHistory> histories = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Type, string Value), JobError> errors = [];
    private readonly Dictionary<(string Job, string Resource), RetryStreak> open = [];
    private readonly List<RetryStreak> ended = [];
    private readonly LinkedList<Tick> ticks = new();
    private readonly BacklogFold owed = new();
    private JobsSnapshot picture = JobsSnapshot.Empty(Source);
    private RunsSnapshot runs = RunsSnapshot.Empty(Source);
    private TickSnapshot tick = TickSnapshot.Empty(Source);
    private StandingsSnapshot standings = StandingsSnapshot.Empty(Source);
    private BacklogSnapshot backlogs = BacklogSnapshot.Empty(Source);
    private Tick[]? told;
    private bool rowsChanged;
    private bool runsChanged;
    private long ids;
    private int streaks;

    /// <summary>With what is configured.</summary>
    public ReplayedSource(SimulatedWorld world)
    {
        ArgumentNullException.ThrowIfNull(world);
        book = world.Book(Source);
    }

    /// <summary>The rows as they stand, by name.</summary>
    public IReadOnlyDictionary<string, Job> Rows => rows;

    /// <summary>Takes in what could be known from its moment on.</summary>
    public void Apply(HistoryLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (line is { Job: { } job, State: { } state })
        {
            rows[job] = state.Read(job, book.Find(job)?.DependsOn ?? [], Error(state.ErrorType, state.ErrorValue));
            rowsChanged = true;
            if (state.Ongoing is null)
            {
                Closed(job, line.At);
            }
        }

        if (line is { Job: { } of, Log: { } log })
        {
            Add(of, line.At, log);
        }

        if (line is { Job: { } by, Attempt: { } attempt })
        {
            Attempted(by, line.At, attempt);
        }

        if (line.Tick is { } ticked)
        {
            Ticked(line.At, ticked);
        }
    }

    /// <summary>All that was known at a moment.</summary>
    public VerdictFacts Facts(DateTimeOffset now)
    {
        if (rowsChanged || picture.AsOf is null)
        {
            picture = picture with { Jobs = [.. rows.Values], AsOf = now };
        }

        if (runsChanged || runs.AsOf is null)
        {
            runs = runs with { ByJob = new Dictionary<string, JobHistory>(histories, StringComparer.Ordinal), AsOf = now, Whole = true };
        }

        (rowsChanged, runsChanged) = (false, false);
        foreach (var lost in open.Where(streak => streak.Value.NextAttemptAt + Silent < now).ToArray())
        {
            open.Remove(lost.Key);
            ended.Add(lost.Value with { State = StreakState.Lost, EndedAt = now });
        }

        tick = TickRule.Next(tick, book, picture, runs, now);
        standings = StandingsFold.Next(standings, tick, runs, now, book);
        backlogs = owed.Next(backlogs, new BacklogInputs(book, picture, runs, tick), now);
        RetryStreak[] closed = [.. ended];
        ended.Clear();
        return new VerdictFacts
        {
            Standings = standings, Tick = tick, Backlogs = backlogs, Book = book, Open = open.Count == 0 ? [] : [.. open.Values.OrderBy(streak => streak.StartedAt)], Ended = closed, Ticks = told ??= [.. ticks],
        };
    }

    private JobError? Error(string? type, string? value)
    {
        if (type is null)
        {
            return null;
        }

        // One object for one text, as a row that is read again and has not changed stays the same object.
        if (!errors.TryGetValue((type, value ?? ""), out var error))
        {
            errors[(type, value ?? "")] = error = new JobError(type, value ?? "", "");
        }

        return error;
    }

    private void Add(string job, DateTimeOffset at, HistoryRun log)
    {
        var run = new Run
        {
            Id = ++ids,
            Job = job,
            LogTime = at,
            Duration = TimeSpan.FromSeconds(log.Seconds),
            Success = log.Success,
            Outcome = log.ErrorType is null ? RunOutcome.Success : RunOutcome.Failure,
            Error = Error(log.ErrorType, log.ErrorValue),
        };
        var before = histories.GetValueOrDefault(job, JobHistory.None).Runs;
        histories[job] = JobHistory.Of([run, .. before.Take(JobHistory.Kept - 1)]);
        runsChanged = true;
    }

    private void Attempted(string job, DateTimeOffset at, HistoryAttempt attempt)
    {
        var key = (job, attempt.Resource);
        var streak = open.GetValueOrDefault(key);
        if (attempt.Outcome == RetryOutcome.Fail)
        {
            var error = Error(attempt.ErrorType, attempt.ErrorValue);
            streak ??= new RetryStreak
            {
                Id = new Guid(++streaks, 0, 0, new byte[8]), Who = new RetryTeller(Source, "simulated", "crontabber", "MainThread", attempt.Resource), AppName = job, Backend = attempt.Backend,
                Executor = attempt.Executor, StartedAt = at, State = StreakState.Open, Attempts = 0, HeardAt = at,
            };
            open[key] = streak with
            {
                Attempts = attempt.Number,
                HeardAt = at,
                NextAttemptAt = attempt.NextAt,
                Delay = attempt.NextAt - at,
                ExceptionType = attempt.ErrorType,
                ExceptionValue = attempt.ErrorValue,
                Class = error is null ? FailureClass.Unknown : FailureKindRule.Of(error).Class,
            };
        }
        else if (streak is not null)
        {
            open.Remove(key);
            ended.Add(streak with { State = attempt.Outcome == RetryOutcome.GaveUp ? StreakState.GaveUp : StreakState.Recovered, EndedAt = at, HeardAt = at });
        }
    }

    // A run that ended takes its retries with it.
    private void Closed(string job, DateTimeOffset at)
    {
        foreach (var key in open.Keys.Where(key => key.Job == job).ToArray())
        {
            ended.Add(open[key] with { State = StreakState.Lost, EndedAt = at });
            open.Remove(key);
        }
    }

    private void Ticked(DateTimeOffset at, HistoryTick line)
    {
        told = null;
        if (!line.IsEnd)
        {
            ticks.AddFirst(new Tick { Id = Guid.Empty, Source = Source, Host = "simulated", Process = $"crontabber {line.Number}", Runner = "crontabber", StartedAt = line.Began, HeardAt = at });
            if (ticks.Count > TicksKept)
            {
                ticks.RemoveLast();
            }

            return;
        }

        for (var node = ticks.First; node is not null; node = node.Next)
        {
            if (node.Value.StartedAt == line.Began)
            {
                node.Value = node.Value with { HeardAt = at, EndedAt = at, ExitCode = line.Code };
                return;
            }
        }
    }
}
