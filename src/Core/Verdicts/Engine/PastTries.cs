using System.Runtime.InteropServices;
using Dashboard.Core.Failures;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>A run of the past that failed, and what came of the next.</summary>
/// <param name="Job">Whose.</param>
/// <param name="Run">Its number in the log.</param>
/// <param name="Class">What kind of failure.</param>
/// <param name="Words">What it says, as all of its kind say it; null where that is not known.</param>
/// <param name="Next">The number of the next run whose outcome is known; null when none came yet.</param>
/// <param name="HealedNext">Whether that one succeeded.</param>
/// <param name="Called">Whether people were called by then: what they ended teaches nothing.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PastFailure(string Job, long Run, FailureClass Class, string? Words, long? Next, bool HealedNext, bool Called);

/// <summary>Retries of an executor that ended.</summary>
/// <param name="Id">Which.</param>
/// <param name="Resource">Of what.</param>
/// <param name="Class">What kind of failure.</param>
/// <param name="Attempts">How many failed.</param>
/// <param name="Recovered">Whether the next got through; otherwise none was made.</param>
/// <param name="Called">Whether people were called by then.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PastStreak(Guid Id, string Resource, FailureClass Class, int Attempts, bool Recovered, bool Called)
{
    /// <summary>When its first attempt failed.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset EndedAt { get; init; }
}
