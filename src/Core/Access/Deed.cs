namespace Dashboard.Core.Access;

/// <summary>Something that may be done, or not.</summary>
/// <param name="Name">As it stands in the audit and on the wire.</param>
/// <param name="Least">The least role that may.</param>
public sealed record Deed(string Name, Role Least);

/// <summary>Every deed there is: what is not here nobody may.</summary>
public static class Deeds
{
    /// <summary>See anything at all.</summary>
    public static readonly Deed Read = new("read", Role.Viewer);

    /// <summary>Ask what a deed would do, without doing it.</summary>
    public static readonly Deed Plan = new("plan", Role.Viewer);

    /// <summary>Make a job run at the next tick.</summary>
    public static readonly Deed RunNow = new("run-job", Role.Operator);

    /// <summary>Make it run for days gone by.</summary>
    public static readonly Deed Backfill = new("backfill", Role.Operator);

    /// <summary>Say that a slot is done.</summary>
    public static readonly Deed MarkSuccess = new("mark-success", Role.Operator);

    /// <summary>Forget a job's state, as <c>--reset-job</c> does.</summary>
    public static readonly Deed Reset = new("reset-job", Role.Operator);

    /// <summary>Take away the lock of a process that is dead.</summary>
    public static readonly Deed ClearLock = new("clear-lock", Role.Operator);

    /// <summary>Take away a lock although its process seems to live: the job may then run twice.</summary>
    public static readonly Deed ClearLiveLock = new("clear-live-lock", Role.Admin);

    /// <summary>Keep a job from running for a while.</summary>
    public static readonly Deed Hold = new("hold", Role.Operator);

    /// <summary>End that.</summary>
    public static readonly Deed Release = new("release", Role.Operator);

    /// <summary>Remove the row of a job that is configured no more.</summary>
    public static readonly Deed Prune = new("prune", Role.Operator);

    /// <summary>Say that somebody knows.</summary>
    public static readonly Deed Acknowledge = new("ack", Role.Operator);

    /// <summary>Keep a trouble quiet until a moment.</summary>
    public static readonly Deed Snooze = new("snooze", Role.Operator);

    /// <summary>Keep a job or a source quiet for a while.</summary>
    public static readonly Deed Silence = new("silence", Role.Operator);

    /// <summary>Say whether a page was needed.</summary>
    public static readonly Deed Label = new("label", Role.Operator);

    /// <summary>Take back what was done.</summary>
    public static readonly Deed Undo = new("undo", Role.Operator);

    /// <summary>See and end one's own sessions.</summary>
    public static readonly Deed OwnSessions = new("own-sessions", Role.Viewer);

    /// <summary>Make and revoke keys, end sessions of others, shut people out.</summary>
    public static readonly Deed ManageAccess = new("manage-access", Role.Admin);

    /// <summary>See every setting of the dashboard, and where it is from. Secrets nobody sees.</summary>
    public static readonly Deed SeeSettings = new("see-settings", Role.Admin);

    /// <summary>Have the configuration read again.</summary>
    public static readonly Deed ReloadConfiguration = new("reload-configuration", Role.Admin);

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<Deed> All =
        [Read, Plan, RunNow, Backfill, MarkSuccess, Reset, ClearLock, ClearLiveLock, Hold, Release, Prune, Acknowledge, Snooze, Silence, Label, Undo, OwnSessions, ManageAccess, SeeSettings, ReloadConfiguration];
}
