using Dashboard.Core.Failures;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Failures;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Now;

/// <summary>One job that needs a look: state, name, why, since when, and its runs. Redrawn only when its standing is a new one.</summary>
public sealed partial class TroubleItem
{
    private JobStanding? drawn;
    private bool changed;
    private FailureKind? kind;

    /// <summary>The job.</summary>
    [Parameter, EditorRequired]
    public required JobStanding Standing { get; set; }

    /// <summary>Its source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        changed = !ReferenceEquals(drawn, Standing);
        if (changed)
        {
            kind = Standing.Job.LastError is { } error ? FailureKindRule.Of(error) : null;
        }

        drawn = Standing;
    }

    private static string Said(FailureKind kind)
    {
        var word = kind.Class.Word();
        return $"{char.ToUpperInvariant(word[0])}{word[1..]}{(kind.Code is { } code ? $" ({code})" : "")}: {char.ToLowerInvariant(kind.Class.Meaning()[0])}{kind.Class.Meaning()[1..]}";
    }

    /// <inheritdoc/>
    protected override bool ShouldRender() => changed;
}
