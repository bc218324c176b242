namespace Dashboard.Core.Stores.Health;

/// <summary>What a probe found.</summary>
/// <param name="At">When it ended.</param>
/// <param name="Steps">What it did, in order; the last one may have failed. Empty when the store gives nothing back that could be compared.</param>
public sealed record StoreProbed(DateTimeOffset At, IReadOnlyList<StoreProbeStep> Steps)
{
    /// <summary>True when every step went well.</summary>
    public bool IsOk => Steps.All(step => step.Ok);
}

/// <summary>How a store has been, as this dashboard's own probes saw it.</summary>
/// <param name="Name">As people know it.</param>
/// <param name="Address">Where it is, without secrets.</param>
public sealed record StoreHealth(string Name, string Address)
{
    /// <summary>How many probes are kept.</summary>
    public const int MostKept = 60;

    /// <summary>The last probes, the newest last.</summary>
    public IReadOnlyList<StoreProbed> Recent { get; init; } = [];

    /// <summary>Since when every probe failed; null when the newest went well, or there was none.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>When a probe went well last; null when none has yet.</summary>
    public DateTimeOffset? OkAt { get; init; }

    /// <summary>As <see cref="ICrashStore.Resource"/>: the name under which executors tell of it and what is asked of it is counted. Null before anybody looks after it.</summary>
    public string? Resource { get; init; }

    /// <summary>What it was found to do; empty before it was tried, and for a store that gives nothing back.</summary>
    public IReadOnlyList<StoreAbility> Abilities { get; init; } = [];

    /// <summary>What waits for it now; null when nothing does.</summary>
    public StoreWaiting? Waiting { get; init; }

    /// <summary>What was asked of it within the last hour by all programs that keep count, this dashboard's own probes and its configured stores included.</summary>
    public IReadOnlyList<OperationSum> Operations { get; init; } = [];

    /// <summary>The newest probe; null before the first.</summary>
    public StoreProbed? Newest => Recent.Count > 0 ? Recent[^1] : null;

    /// <summary>How many probes failed in a row, the newest included, as far as they are kept.</summary>
    public int FailedInARow => Recent.Reverse().TakeWhile(probe => !probe.IsOk).Count();

    /// <summary>The same after one more probe.</summary>
    public StoreHealth After(StoreProbed probed)
    {
        ArgumentNullException.ThrowIfNull(probed);
        return this with
        {
            Recent = [.. Recent.TakeLast(MostKept - 1), probed],
            FailingSince = probed.IsOk ? null : FailingSince ?? probed.At,
            OkAt = probed.IsOk ? probed.At : OkAt,
        };
    }
}
