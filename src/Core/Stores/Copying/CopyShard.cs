using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.Copying;

/// <summary>What is copied.</summary>
/// <param name="Source">From where, without secrets.</param>
/// <param name="Target">To where, without secrets.</param>
/// <param name="From">The first day in the ids.</param>
/// <param name="To">The last day.</param>
public sealed record CopyPlan(string Source, string Target, DateOnly From, DateOnly To);

/// <summary>A part of a copy that nobody else works on: a day's crashes whose ids begin with the same digit.</summary>
/// <param name="CopyId">Of which copy.</param>
/// <param name="Day">The day.</param>
/// <param name="Salt">The digit.</param>
/// <param name="LastId">Done up to this one; null at the beginning.</param>
/// <param name="Token">Proves that it is still ours: another one has it once somebody else has taken it.</param>
public sealed record CopyShard(long CopyId, DateOnly Day, char Salt, CrashId? LastId, Guid Token);

/// <summary>What became of one page of crashes.</summary>
/// <param name="LastId">The last of them; null when there was none.</param>
/// <param name="Crashes">How many.</param>
/// <param name="Created">Things that were not in the target, and are now.</param>
/// <param name="Present">Things that were there already, the same.</param>
/// <param name="Bytes">Of what was created.</param>
/// <param name="Failures">What could not be copied.</param>
/// <param name="IsLast">True when the shard is done with it.</param>
public sealed record CopyPage(CrashId? LastId, int Crashes, long Created, long Present, long Bytes, IReadOnlyList<CopyFailure> Failures, bool IsLast);

/// <summary>Something that was not copied.</summary>
/// <param name="Id">The crash.</param>
/// <param name="Item">What of it.</param>
/// <param name="Outcome">Why not.</param>
/// <param name="Error">In words, at most 1,000 characters; null when there is nothing to add.</param>
public sealed record CopyFailure(CrashId Id, CrashItem Item, CopyFailureKind Outcome, string? Error);

/// <summary>Why something was not copied.</summary>
public enum CopyFailureKind
{
    /// <summary>It could not be read or written; it is tried again.</summary>
    Failed,

    /// <summary>The target has something else in its place, which is never overwritten: somebody has to look.</summary>
    Conflict,

    /// <summary>The source says that there is such a dump, and has none: a save that once ended in the middle. All else of the crash was copied.</summary>
    Torn,
}

/// <summary>How far a copy is.</summary>
/// <param name="CopyId">Which.</param>
/// <param name="Plan">What is copied.</param>
/// <param name="Shards">How many parts there are.</param>
/// <param name="Done">How many of them are done.</param>
/// <param name="OldestOpenDay">The oldest day that is not done; null when all are.</param>
/// <param name="Crashes">Crashes dealt with.</param>
/// <param name="Created">Things that were created.</param>
/// <param name="Present">Things that were there already.</param>
/// <param name="Bytes">Of what was created.</param>
/// <param name="Failed">Things that could not be copied yet.</param>
/// <param name="Conflicts">Things that are something else in the target.</param>
/// <param name="Torn">Dumps that the source names and has not.</param>
/// <param name="StartedAt">When it was begun.</param>
/// <param name="ChangedAt">When it moved last.</param>
/// <param name="Working">How many parts somebody works on now.</param>
public sealed record CopyProgress(
    long CopyId, CopyPlan Plan, int Shards, int Done, DateOnly? OldestOpenDay, long Crashes, long Created, long Present, long Bytes, long Failed, long Conflicts, long Torn,
    DateTimeOffset StartedAt, DateTimeOffset ChangedAt, int Working)
{
    /// <summary>True when everything was copied and nothing waits for anybody.</summary>
    public bool IsWhole => Done == Shards && Failed == 0 && Conflicts == 0 && Torn == 0;
}
