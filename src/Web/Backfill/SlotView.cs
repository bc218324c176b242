using System.Globalization;
using Dashboard.Core.Backfill;

namespace Dashboard.Web.Backfill;

/// <summary>Which slots of a job are looked at and chosen: it lives in the URL of the job's page.</summary>
public sealed record SlotView
{
    /// <summary>The newest slots, none chosen.</summary>
    public static SlotView Default { get; } = new();

    /// <summary>The last moment of the window; null for the present.</summary>
    public DateTimeOffset? Window { get; init; }

    /// <summary>The first chosen slot; null when none is.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The last chosen slot; null when none is.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Which of the chosen shall run.</summary>
    public SlotWish Wish { get; init; }

    /// <summary>Whether slots are chosen.</summary>
    public bool HasChoice => From is not null && Until is not null;

    /// <summary>The choice; null when none is made.</summary>
    public BackfillChoice? Choice => HasChoice ? new BackfillChoice(Wish, From!.Value, Until!.Value) : null;

    /// <summary>The view a URL names; what cannot be understood counts as not said.</summary>
    public static SlotView Parse(string? window, string? from, string? until, string? choice)
    {
        var (first, last) = (Moment(from), Moment(until));
        return new SlotView
        {
            Window = Moment(window),
            From = first is null || last is null ? null : first < last ? first : last,
            Until = first is null || last is null ? null : first < last ? last : first,
            Wish = choice switch { "missing_and_failed" => SlotWish.MissingAndFailed, "all" => SlotWish.All, _ => SlotWish.Missing },
        };
    }

    /// <summary>The parameters of its URL.</summary>
    public IEnumerable<(string Name, string Value)> ToQuery()
    {
        if (Window is { } window)
        {
            yield return ("slots", BacklogWords.Address(window));
        }

        if (HasChoice)
        {
            yield return ("from", BacklogWords.Address(From!.Value));
            yield return ("until", BacklogWords.Address(Until!.Value));
        }

        if (Wish != SlotWish.Missing)
        {
            yield return ("choice", Wish == SlotWish.All ? "all" : "missing_and_failed");
        }
    }

    private static DateTimeOffset? Moment(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) ? moment : null;
}
