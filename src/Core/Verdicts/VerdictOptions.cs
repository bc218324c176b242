using System.ComponentModel.DataAnnotations;
using Dashboard.Core.Verdicts.Engine;

namespace Dashboard.Core.Verdicts;

/// <summary>Section <c>Verdict</c>: how long people need, when they are there, and how fresh data has to be.</summary>
public sealed record VerdictOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Verdict";

    private static readonly TimeSpan LongestResponse = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestTolerance = TimeSpan.FromDays(400);

    /// <summary>How long people need from the page to the remedy.</summary>
    public TimeSpan ResponseTime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The least that data may be late before anybody minds.</summary>
    public TimeSpan LeastTolerance { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How old a job's data may be, by its name; of the others it follows from their own schedule.</summary>
    public Dictionary<string, TimeSpan> FreshWithin { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The first hour of a working day, <c>09:00</c>.</summary>
    public TimeOnly StaffedFrom { get; init; } = new(9, 0);

    /// <summary>The end of a working day, <c>17:00</c>.</summary>
    public TimeOnly StaffedUntil { get; init; } = new(17, 0);

    /// <summary>Where the people are: a name of the system's time zones, <c>Europe/Berlin</c>.</summary>
    public string Zone { get; init; } = "UTC";

    /// <summary>What the verdict is made with.</summary>
    public VerdictSettings ToSettings() => new()
    {
        ResponseTime = ResponseTime,
        LeastTolerance = LeastTolerance,
        FreshWithin = FreshWithin,
        StaffedFrom = StaffedFrom,
        StaffedUntil = StaffedUntil,
        Zone = TimeZoneInfo.TryFindSystemTimeZoneById(Zone, out var zone) ? zone : TimeZoneInfo.Utc,
    };

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ResponseTime < TimeSpan.Zero || ResponseTime > LongestResponse)
        {
            yield return new($"{Section}:ResponseTime is {ResponseTime}; it takes a length from 0 to a day, 00:30:00 for half an hour.", [nameof(ResponseTime)]);
        }

        if (LeastTolerance < TimeSpan.Zero || LeastTolerance > LongestTolerance)
        {
            yield return new($"{Section}:LeastTolerance is {LeastTolerance}; it takes a length from 0 to 400 days, 01:00:00 for an hour.", [nameof(LeastTolerance)]);
        }

        foreach (var (job, within) in FreshWithin.Where(each => each.Value <= TimeSpan.Zero || each.Value > LongestTolerance))
        {
            yield return new($"{Section}:FreshWithin:{job} is {within}; it takes a length up to 400 days, 06:00:00 for six hours.", [nameof(FreshWithin)]);
        }

        if (StaffedFrom >= StaffedUntil)
        {
            yield return new($"{Section}:StaffedFrom is {StaffedFrom:HH\\:mm}, and {Section}:StaffedUntil {StaffedUntil:HH\\:mm}: a working day ends after it begins.", [nameof(StaffedFrom), nameof(StaffedUntil)]);
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(Zone, out _))
        {
            yield return new($"{Section}:Zone is '{Zone}', which is no time zone of this system; Europe/Berlin is one.", [nameof(Zone)]);
        }
    }
}
