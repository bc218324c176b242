using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;

namespace Dashboard.Web.Verdicts;

/// <summary>What Socorro's <c>/monitoring/crontabber/</c> answered, for monitors that read it still. Unlike there the status of HTTP tells the same as the body.</summary>
public sealed record LegacyStatusWire
{
    /// <summary>Nothing is broken and the scheduler works.</summary>
    public const string AllGood = "ALLGOOD";

    /// <summary><c>ALLGOOD</c>; <c>Broken</c> when a job is in trouble; <c>Stale</c> when the scheduler does not work, or is not seen.</summary>
    public required string Status { get; init; }

    /// <summary>The jobs that are in trouble themselves, whoever puts it right.</summary>
    public required IReadOnlyList<string> Broken { get; init; }

    /// <summary>The jobs that wait for another, or for the scheduler.</summary>
    public required IReadOnlyList<string> Blocked { get; init; }

    /// <summary>When any job last ran; null when none ever did.</summary>
    public DateTimeOffset? LastRun { get; init; }

    /// <summary>What is said of the source.</summary>
    public required VerdictState Verdict { get; init; }

    /// <summary>That in one sentence.</summary>
    public required string Headline { get; init; }

    internal static LegacyStatusWire Of(VerdictSnapshot said, StandingsSnapshot rows)
    {
        string[] broken = [.. said.Jobs.Where(verdict => verdict.State is not (VerdictState.Ok or VerdictState.Blocked or VerdictState.CatchingUp)).Select(verdict => verdict.Job)];
        var stale = said.State == VerdictState.Blind || said.Roots.Any(root => root.Root.Kind == RootKind.Scheduler);
        return new LegacyStatusWire
        {
            Status = stale ? "Stale" : broken.Length > 0 ? "Broken" : AllGood,
            Broken = broken,
            Blocked = [.. said.Jobs.Where(verdict => verdict.State == VerdictState.Blocked).Select(verdict => verdict.Job)],
            LastRun = rows.Jobs.Select(standing => standing.Job.LastRun).Max(),
            Verdict = said.State,
            Headline = said.Headline,
        };
    }
}
