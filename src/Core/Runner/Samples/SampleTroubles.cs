using System.Runtime.InteropServices;

namespace Dashboard.Core.Runner.Samples;

/// <summary>What of the living sample is away at a moment, and for how long that stays so.</summary>
/// <param name="Database">The way to the jobs' database is cut: executors wait and try again.</param>
/// <param name="Site">The site that <c>bugzilla-associations</c> asks is down for maintenance: the job fails and is tried again.</param>
/// <param name="For">Until the next change.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SampleTrouble(bool Database, bool Site, TimeSpan For);

/// <summary>
/// When the sample's resources are away: within two minutes of the start each has been away once and is back, so that somebody who looks for the first time sees
/// a job fail and heal, and an executor wait and get through; then again every quarter of an hour.
/// </summary>
internal static class SampleTroubles
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(15);
    private static readonly (int From, int To) Database = (45, 85);
    private static readonly (int From, int To)[] Site = [(0, 50), (480, 630)];

    /// <summary>What is away so long after the start.</summary>
    public static SampleTrouble At(TimeSpan running)
    {
        var into = TimeSpan.FromTicks(running.Ticks % Period.Ticks);
        var next = Site.Append(Database).SelectMany(each => new[] { each.From, each.To }).Select(each => TimeSpan.FromSeconds(each)).Where(edge => edge > into).Append(Period).Min();
        return new SampleTrouble(Is(Database), Site.Any(Is), next - into);

        bool Is((int From, int To) away) => into >= TimeSpan.FromSeconds(away.From) && into < TimeSpan.FromSeconds(away.To);
    }
}
