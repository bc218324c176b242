using Dashboard.Core.Retries;
using Dashboard.Web.Components;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Retries;

/// <summary>One resource: its timeline, its ladder, who waits for it, who got through, how long it usually takes.</summary>
public sealed partial class ResourceSection
{
    private const int MostNames = 6;

    private IReadOnlyList<RetryStreak> shown = [];

    /// <summary>The resource.</summary>
    [Parameter, EditorRequired]
    public required ResourceLane Lane { get; set; }

    /// <summary>Its place on the page.</summary>
    [Parameter, EditorRequired]
    public required int Place { get; set; }

    /// <summary>What part of the time.</summary>
    [Parameter, EditorRequired]
    public required RetriesView View { get; set; }

    /// <summary>The present, when the page was drawn.</summary>
    [Parameter, EditorRequired]
    public required DateTimeOffset Now { get; set; }

    /// <summary>The source on screen.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    private string HeadingId => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"lane-{Place}");

    private string By => Lane.GotThroughBy is { } who ? $" ({OneLine.Of(who, 80)})" : "";

    private string Waiting
    {
        get
        {
            var names = Lane.Open.Take(MostNames).Select(streak => $"{OneLine.Of(streak.Short(), 60)} (attempt {streak.Attempts.ToString(System.Globalization.CultureInfo.InvariantCulture)})");
            var more = Lane.Open.Count - MostNames;
            return string.Join(", ", names) + (more > 0 ? $" and {more.ToString(System.Globalization.CultureInfo.InvariantCulture)} more." : ".");
        }
    }

    /// <inheritdoc/>
    protected override void OnParametersSet() => shown = [.. Lane.Open, .. View.Ended(Lane, Now)];
}
