using Dashboard.Core.Ticks;

namespace Dashboard.Core.Ingest.Logs;

/// <summary>Keeps the ticks that a log tells of: one for each process that ran jobs, or began to.</summary>
internal sealed class TickKeeper(LogSubject subject)
{
    private readonly List<Tick> left = [];
    private readonly LogEventIds ids = new(subject.Host);

    public void Open(ProcessState process) =>
        process.Tick ??= new TickState { Id = ids.Of(process.Place, -1), HeardAt = process.Began };

    public void Running(ProcessState process, string? job)
    {
        if (process.Tick is { } tick)
        {
            tick.Running = job is null ? null : subject.JobOf(job);
        }
    }

    public static void Succeeded(ProcessState process)
    {
        if (process.Tick is { } tick)
        {
            tick.Succeeded++;
            tick.Running = null;
        }
    }

    public static void Failed(ProcessState process)
    {
        if (process.Tick is { } tick)
        {
            tick.Failed++;
            tick.Running = null;
        }
    }

    public static void Locked(ProcessState process, bool row)
    {
        if (process.Tick is { } tick)
        {
            (tick.ExitCode, tick.EndedBecause) = row ? (2, "The row of a job was locked by somebody else.") : (3, $"{tick.Running ?? "A job"} was ongoing already.");
            tick.Running = null;
        }
    }

    public static void Done(ProcessState process, DateTimeOffset at)
    {
        if (process.Tick is { } tick)
        {
            (tick.EndedAt, tick.ExitCode, tick.Running) = (at, tick.ExitCode ?? 0, null);
        }
    }

    public static void Died(ProcessState process, string type, DateTimeOffset at)
    {
        if (process.Tick is { } tick)
        {
            (tick.EndedAt, tick.ExitCode, tick.EndedBecause) = (at, 1, $"It died of {type}.");
        }
    }

    /// <summary>Another process begins.</summary>
    public void Leave(ProcessState? process)
    {
        if (process?.Tick is not null)
        {
            left.Add(Shown(process));
        }
    }

    public IReadOnlyList<Tick> Take(ProcessState? current)
    {
        List<Tick> taken = [.. left];
        left.Clear();
        if (current?.Tick is not null)
        {
            taken.Add(Shown(current));
        }

        return taken;
    }

    private Tick Shown(ProcessState process) => new()
    {
        Id = process.Tick!.Id,
        Source = subject.Source,
        Host = subject.Host,
        Process = process.Name,
        Runner = "crontabber",
        StartedAt = process.Began,
        HeardAt = process.Tick.HeardAt,
        EndedAt = process.Tick.EndedAt,
        ExitCode = process.Tick.ExitCode,
        Running = process.Tick.Running,
        Succeeded = process.Tick.Succeeded,
        Failed = process.Tick.Failed,
        EndedBecause = process.Tick.EndedBecause,
    };
}
