using System.Net.Sockets;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Runner.Jobs;
using Dashboard.Core.Schedules;
using Npgsql;

namespace Dashboard.Core.Runner;

/// <summary>What a job's turn has at hand.</summary>
internal sealed class TurnAid(RunnerJob job, StateTable table, RunnerOptions options, TimeProvider clock, IRunnerRecords? records, Heart heart, PendingEnds ends)
{
    public RunnerJob Job { get; } = job;

    public StateTable Table { get; } = table;

    public RunnerOptions Options { get; } = options;

    public TimeProvider Clock { get; } = clock;

    public Heart Heart { get; } = heart;

    /// <summary>Ends that are still to be written when the turn is over.</summary>
    public PendingEnds Ends { get; } = ends;

    /// <summary>Called when the lock is taken and the run begins.</summary>
    public Func<Task> Began { get; init; } = () => Task.CompletedTask;

    public List<string> Remarks { get; } = [];

    public Schedule Schedule { get; } = job.Definition.Schedule ?? throw new ArgumentException($"Nothing says when '{job.Definition.Name}' runs.", nameof(job));

    public JobDefinition Definition => Job.Definition;

    public string Name => Job.Definition.Name;

    public Turn Over(TurnOutcome outcome, string because, int succeeded = 0) => new(Name, outcome, because) { Succeeded = succeeded, Remarks = [.. Remarks] };

    // Python's clock has microseconds, and so has the table.
    public DateTimeOffset Now()
    {
        var now = Clock.GetUtcNow();
        return new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }

    /// <summary>One that beats beyond the tick.</summary>
    public Heart NewHeart() => new(records, Options.Beat, Clock, static _ => Task.CompletedTask);

    public Task NoteAsync(SlotNote note) => RecordedAsync(kept => kept.NoteAsync(note, CancellationToken.None));

    public Task DisownAsync(IReadOnlyCollection<Guid> owners) =>
        owners.Count == 0 ? Task.CompletedTask : RecordedAsync(kept => kept.DisownAsync(owners, CancellationToken.None));

    // Without the own records jobs run all the same, as crontabber's do: a lock is then known only by its age.
    public async Task<bool> RecordedAsync(Func<IRunnerRecords, Task> keep)
    {
        if (records is null)
        {
            return false;
        }

        try
        {
            await keep(records);
            return true;
        }
        catch (Exception cause) when (cause is NpgsqlException or TimeoutException or SocketException or CommitInDoubtException)
        {
            Remarks.Add($"the dashboard's own records could not be kept: {cause.Message}");
            return false;
        }
    }
}
