using Dashboard.Core.Verdicts.Engine;

namespace Dashboard.Core.Verdicts;

/// <summary>What the dashboard's own records say of how failures ended: the memory of a dashboard that begins again.</summary>
public interface IHealRecords
{
    /// <summary>A memory that has learned all that is on record up to a moment.</summary>
    Task<HealMemory> RememberedAsync(string source, DateTimeOffset now, CancellationToken cancellationToken);
}
