namespace Dashboard.Core.Verdicts.Engine;

/// <summary>A hash of what one job's verdict was made of: its row, its runs, what the tick does with it, what it owes, its retries, the deadline, what is known of such failures, and the settings.</summary>
internal static class InputHash
{
    private const int Version = 2;

    [ThreadStatic]
    private static HashedFacts? hashed;

    /// <summary>Sixteen hexadecimal digits.</summary>
    public static string Of(JobCase job)
    {
        var facts = hashed ??= new HashedFacts();
        facts.Clear();
        facts.Add(Version);
        AddRow(facts, job);
        AddTick(facts, job);
        AddChances(facts, job);
        AddSettings(facts, job.Settings);
        return facts.Hash();
    }

    private static void AddRow(HashedFacts facts, JobCase job)
    {
        var (row, standing) = (job.Job, job.Standing);
        facts.Add(row.Name);
        facts.Add(row.NextRun);
        facts.Add(row.FirstRun);
        facts.Add(row.LastRun);
        facts.Add(row.LastSuccess);
        facts.Add(row.Ongoing);
        facts.Add(row.ErrorCount);
        facts.Add(row.LastError?.Type);
        facts.Add(row.LastError?.Value);
        facts.Add((int)standing.State);
        foreach (var run in standing.History.Runs)
        {
            facts.Add(run.Id);
            facts.Add(run.LogTime);
            facts.Add((int)run.Outcome);
            facts.Add(run.Duration?.Ticks);
        }
    }

    private static void AddTick(HashedFacts facts, JobCase job)
    {
        facts.Add((int?)job.Tick?.Outcome);
        facts.Add(job.Tick?.Root);
        facts.Add(job.Tick?.LockTakenOverFrom);
        facts.Add((int?)job.Backlog?.State);
        facts.Add(job.Backlog?.Owed.Count);
        facts.Add(job.Backlog?.Eta?.At);
        facts.Add(job.Retrying?.Attempts);
        facts.Add(job.Retrying?.Who.Resource);
        facts.Add(job.Retrying?.NextAttemptAt);
        facts.Add(job.SeenSince);
        facts.Add(job.Deadline.Effective);
        facts.Add(job.Deadline.For);
        facts.Add(job.Grid.Step.Ticks);
        facts.Add(job.Grid.LongStep.Ticks);
    }

    private static void AddChances(HashedFacts facts, JobCase job)
    {
        if (!job.IsFailing)
        {
            return;
        }

        for (var failures = 1; failures <= HealCounts.Pooled; failures++)
        {
            facts.Add(BitConverter.DoubleToInt64Bits(job.Model.Runs.Hazard(job.Name, job.Kind.Class, job.FailureWords, failures)));
        }
    }

    private static void AddSettings(HashedFacts facts, VerdictSettings settings)
    {
        facts.Add(settings.ResponseTime.Ticks);
        facts.Add(settings.LeastTolerance.Ticks);
        facts.Add(settings.StaffedFrom.Ticks);
        facts.Add(settings.StaffedUntil.Ticks);
        facts.Add(settings.Zone.Id);
    }
}
