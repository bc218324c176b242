using System.Globalization;

namespace Dashboard.Core.Stores.CutOver;

/// <summary>How the new store did while it was asked, as all programs that keep count saw it: <c>dashboard.store_minute</c>.</summary>
/// <param name="Since">The first minute something was asked of it, within the days that are looked at.</param>
/// <param name="Answered">How many operations were answered, also with: there is no such thing.</param>
/// <param name="Failed">How many failed after all their attempts.</param>
/// <param name="Slow">How many of those answered took longer than <see cref="CutOverOptions.BudgetSeconds"/>, to the width of a bucket of <see cref="Health.Latencies"/>.</param>
/// <param name="At">When that was added up.</param>
public sealed record BudgetEvidence(DateTimeOffset Since, long Answered, long Failed, long Slow, DateTimeOffset At)
{
    // Ninety-nine of a hundred are to be in time.
    private const double MostSlow = 0.01;

    // Nobody asks something in the very first minute of the days that count.
    private const double LongEnough = 0.9;

    /// <summary>Whether so many days of it are known that something follows.</summary>
    public bool IsLongEnough(CutOverOptions options, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(options);
        return now - Since >= TimeSpan.FromDays(LongEnough * options.BudgetDays) && Answered > 0;
    }

    /// <summary>Whether it was fast and free of failures enough.</summary>
    public bool IsWithin(CutOverOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Failed <= options.BudgetFailures * (Answered + Failed) && Slow <= MostSlow * Answered;
    }

    /// <summary>In a sentence.</summary>
    public string Words(CutOverOptions options, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(options);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Answered + Failed:N0} operations since {Since:yyyy-MM-dd HH:mm'Z'}: {Failed:N0} failed, {Slow:N0} took longer than {options.BudgetSeconds:0.###} s{(IsLongEnough(options, now) ? "" : $"; {LongEnough * options.BudgetDays:0.#} days must be known before that is a proof")}.");
    }
}
