using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.DualWrites;

/// <summary>What was saved.</summary>
public enum SavedKind
{
    /// <summary>The raw crash with its dumps.</summary>
    Raw,

    /// <summary>The processed crash.</summary>
    Processed,

    /// <summary>Both.</summary>
    Both,
}

/// <summary>A save that should have reached several stores and did not reach one of them.</summary>
/// <param name="Id">The crash.</param>
/// <param name="Kind">What was saved.</param>
/// <param name="Composite">The place of the store that is made of both.</param>
/// <param name="Missing">The store it did not reach, as <see cref="ICrashStore.Resource"/>.</param>
/// <param name="Has">The stores it reached.</param>
/// <param name="Why">Why not.</param>
public sealed record PartialSave(CrashId Id, SavedKind Kind, string Composite, string Missing, IReadOnlyList<string> Has, string Why);

/// <summary>Told of saves that reached some stores only.</summary>
public interface IPartialSaves
{
    /// <summary>Remembers one. It neither throws nor waits long: whoever saves is told of the failure by the store itself.</summary>
    ValueTask TellAsync(PartialSave save);
}

/// <summary>What became of a partial save.</summary>
public enum PartialSaveState
{
    /// <summary>The store still lacks it, as far as is known.</summary>
    Open,

    /// <summary>It was copied there, or somebody had saved it there meanwhile.</summary>
    Repaired,

    /// <summary>The store has something else in its place, which is never overwritten: somebody has to look.</summary>
    Conflict,
}

/// <summary>A partial save that waits to be repaired.</summary>
/// <param name="Save">What it was.</param>
/// <param name="Times">How often it happened.</param>
/// <param name="Attempts">How often a repair was tried.</param>
public sealed record OpenPartialSave(PartialSave Save, int Times, int Attempts);

/// <summary>The partial saves of one store, counted.</summary>
/// <param name="Missing">The store, as <see cref="ICrashStore.Resource"/>.</param>
/// <param name="Open">Not repaired yet.</param>
/// <param name="Repaired">Repaired.</param>
/// <param name="Conflicts">Something else is in its place.</param>
/// <param name="OldestOpenAt">Since when the oldest waits; null when none does.</param>
/// <param name="LastAt">When one happened last.</param>
/// <param name="Why">What the newest that is not repaired failed with; null when all are.</param>
public sealed record PartialSaveCount(string Missing, long Open, long Repaired, long Conflicts, DateTimeOffset? OldestOpenAt, DateTimeOffset LastAt, string? Why)
{
    /// <summary>So many hours are told of one by one.</summary>
    public const int HoursKept = 24;

    /// <summary>How many happened last in each of the last 24 hours, the newest hour last.</summary>
    public IReadOnlyList<int> Hours { get; init; } = new int[HoursKept];
}
