using System.Globalization;
using Dashboard.Core.Retries;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Retries;

/// <summary>The timeline of one resource: attempts that failed as marks, waits as bars, each end with its own shape.</summary>
public sealed partial class LaneDrawing
{
    private const int RowHeight = 22;

    private LaneShape shape = LaneShape.Of([], TimeSpan.FromHours(1), DateTimeOffset.UnixEpoch);
    private string summary = "";

    /// <summary>What is drawn.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<RetryStreak> Streaks { get; set; }

    /// <summary>The resource, for its name.</summary>
    [Parameter, EditorRequired]
    public required string Resource { get; set; }

    /// <summary>What part of the time.</summary>
    [Parameter, EditorRequired]
    public required RetriesView View { get; set; }

    /// <summary>The present.</summary>
    [Parameter, EditorRequired]
    public required DateTimeOffset Now { get; set; }

    private int AxisTop => shape.Rows * RowHeight;

    private int Height => AxisTop + 18;

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        shape = LaneShape.Of(Streaks, View.Window, Now);
        var counts = Streaks.GroupBy(streak => streak.State).OrderBy(group => group.Key)
            .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} {group.Key.Word().ToLowerInvariant()}"));
        summary = $"{Resource}, last {View.WindowTitle}: streaks {string.Join(", ", counts)}.";
    }

    private static string P(double percent) => percent.ToString("0.###", CultureInfo.InvariantCulture) + "%";
}
