namespace Dashboard.Core.Actions;

/// <summary>What an operator can do with a job.</summary>
public enum ActionKind
{
    /// <summary>Make it due: the next tick starts it.</summary>
    RunNow,

    /// <summary>Have slots run that were missed or failed, or all of some time.</summary>
    Backfill,

    /// <summary>Take it for done without running it.</summary>
    MarkSuccess,

    /// <summary>Delete its row: it starts anew, as if it had never run.</summary>
    Reset,

    /// <summary>Take away a lock that was left behind.</summary>
    ClearLock,

    /// <summary>Keep it from running until a moment.</summary>
    Hold,

    /// <summary>End a hold.</summary>
    Release,

    /// <summary>Delete the row of a job that is not configured any more.</summary>
    Prune,

    /// <summary>Say that somebody knows of its trouble; lapses with its next run.</summary>
    Acknowledge,

    /// <summary>Put back what an action changed, while nothing has moved since.</summary>
    Undo,
}

/// <summary>Actions as people, addresses and records call them.</summary>
public static class ActionWords
{
    private static readonly (ActionKind Kind, string Slug, string Button, string Done)[] All =
    [
        (ActionKind.RunNow, "run-now", "Run now", "made due"),
        (ActionKind.Backfill, "backfill", "Backfill", "set back to backfill"),
        (ActionKind.MarkSuccess, "mark-success", "Mark success", "marked as succeeded"),
        (ActionKind.Reset, "reset", "Reset", "reset"),
        (ActionKind.ClearLock, "clear-lock", "Clear stuck lock", "unlocked"),
        (ActionKind.Hold, "hold", "Hold", "held"),
        (ActionKind.Release, "release", "Release", "released"),
        (ActionKind.Prune, "prune", "Prune ghost", "pruned"),
        (ActionKind.Acknowledge, "acknowledge", "Acknowledge", "acknowledged"),
        (ActionKind.Undo, "undo", "Undo", "put back"),
    ];

    /// <summary>Every action that can be asked for by its name; undo is asked for at what is to be undone.</summary>
    public static IReadOnlyList<ActionKind> Askable { get; } = [.. All.Select(row => row.Kind).Where(kind => kind != ActionKind.Undo)];

    /// <summary>As it stands in addresses, records and the API.</summary>
    public static string Slug(this ActionKind kind) => Of(kind).Slug;

    /// <summary>As it stands on a button.</summary>
    public static string Button(this ActionKind kind) => Of(kind).Button;

    /// <summary>What has become of the job, after its name and "was".</summary>
    public static string Done(this ActionKind kind) => Of(kind).Done;

    /// <summary>The action a slug names, or null.</summary>
    public static ActionKind? Parse(string? slug)
    {
        foreach (var row in All)
        {
            if (row.Slug == slug)
            {
                return row.Kind;
            }
        }

        return null;
    }

    private static (ActionKind Kind, string Slug, string Button, string Done) Of(ActionKind kind) => All[(int)kind];
}
