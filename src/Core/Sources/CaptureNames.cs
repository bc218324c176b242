namespace Dashboard.Core.Sources;

/// <summary>The names of everything the install commands may make in an observed database; nothing else of ours is ever there.</summary>
internal static class CaptureNames
{
    /// <summary>The statement triggers, one on each table.</summary>
    public const string Trigger = "dashboard_changed";

    /// <summary>The function they call, in the schema of the tables.</summary>
    public const string Function = "dashboard_changed";

    /// <summary>The channel it notifies; the payload is <see cref="JobsPayload"/> or <see cref="RunsPayload"/>.</summary>
    public const string Channel = "dashboard_changed";

    /// <summary>Says the state table changed.</summary>
    public const string JobsPayload = "jobs";

    /// <summary>Says the log changed.</summary>
    public const string RunsPayload = "runs";

    /// <summary>The publication of the state table.</summary>
    public const string JobsPublication = "dashboard_jobs";

    /// <summary>The publication of the log's inserts.</summary>
    public const string RunsPublication = "dashboard_runs";

    /// <summary>The index of the log; the log's name follows, so that two schedulers in one schema do not collide.</summary>
    public const string IndexPrefix = "dashboard_by_job_";

    /// <summary>Temporary slots; a random part follows.</summary>
    public const string SlotPrefix = "dashboard_";
}
