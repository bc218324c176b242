using System.Security.Cryptography;
using System.Text;

namespace Dashboard.Core.Sources;

/// <summary>The names of everything the install commands may make in an observed database; nothing else of ours is ever there.</summary>
internal static class CaptureNames
{
    private const int LongestIdentifier = 63;

    /// <summary>The statement triggers, one on each table; the function they call, in the schema of the tables; and the channel it notifies.</summary>
    public const string Changed = "dashboard_changed";

    /// <summary>Says the state table changed.</summary>
    public const string JobsPayload = "jobs";

    /// <summary>Says the log changed.</summary>
    public const string RunsPayload = "runs";

    /// <summary>Temporary slots; a random part follows.</summary>
    public const string SlotPrefix = "dashboard_";

    /// <summary>The publication of one table. Publications have no schema, so the name has.</summary>
    public static string Publication(RelationFacts relation) => Fitting($"dashboard_{relation.Schema}_{relation.Name}");

    /// <summary>The index of the log by job.</summary>
    public static string Index(RelationFacts log) => Fitting($"dashboard_{log.Name}_by_job");

    // A longer name would be cut by the server, and two tables could meet in what is left.
    private static string Fitting(string name) => Encoding.UTF8.GetByteCount(name) <= LongestIdentifier
        ? name
        : $"dashboard_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..32]}";
}
