using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Jobs;

/// <summary>The search line: searches while one types, and as a plain form when the connection is gone.</summary>
public sealed partial class SearchLine
{
    private readonly Queue<string> underWay = new();
    private string typed = "";
    private string seen = "";

    /// <summary>The search in the URL.</summary>
    [Parameter, EditorRequired]
    public required string Text { get; set; }

    /// <summary>The rest of the view, which a search keeps.</summary>
    [Parameter, EditorRequired]
    public required JobsView View { get; set; }

    /// <summary>What of the search was not understood.</summary>
    [Parameter]
    public IReadOnlyList<string> Problems { get; set; } = [];

    /// <summary>The line changed.</summary>
    [Parameter]
    public EventCallback<string> OnTyped { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (Text == seen)
        {
            return;
        }

        seen = Text;
        if (underWay.Contains(Text))
        {
            // The URL follows the line by a moment: an echo of what was typed must not come back into it.
            while (underWay.Dequeue() != Text)
            {
            }
        }
        else
        {
            underWay.Clear();
        }

        if (underWay.Count == 0)
        {
            typed = Text;
        }
    }

    private Task TypeAsync(string? text)
    {
        typed = text ?? "";
        underWay.Enqueue(typed);
        return OnTyped.InvokeAsync(typed);
    }
}
