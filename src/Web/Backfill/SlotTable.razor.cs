using Dashboard.Core.Backfill;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;

namespace Dashboard.Web.Backfill;

/// <summary>
/// The slots of a window as a grid in which a stretch is chosen: by click and Shift+click, by dragging, or by arrows and Shift+arrows. One cell is in the tab
/// order; Escape gives the choice back.
/// </summary>
public sealed partial class SlotTable
{
    private DateTimeOffset? focused;
    private DateTimeOffset? anchor;
    private DateTimeOffset? stop;

    /// <summary>Where each slot stands.</summary>
    [Parameter, EditorRequired]
    public required SlotLayout Layout { get; set; }

    /// <summary>What became of each.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyDictionary<DateTimeOffset, SlotCell> Cells { get; set; }

    /// <summary>What is chosen.</summary>
    [Parameter, EditorRequired]
    public required SlotView View { get; set; }

    /// <summary>The last slot that has come: where the keyboard enters when nothing is chosen.</summary>
    [Parameter, EditorRequired]
    public required DateTimeOffset Latest { get; set; }

    /// <summary>What it is called for readers.</summary>
    [Parameter, EditorRequired]
    public required string Label { get; set; }

    /// <summary>Whether the job makes up for slots.</summary>
    [Parameter]
    public bool Backfills { get; set; }

    /// <summary>A stretch is chosen; null gives the choice back.</summary>
    [Parameter]
    public EventCallback<(DateTimeOffset From, DateTimeOffset Until)?> OnChosen { get; set; }

    /// <summary>A slot has the focus.</summary>
    [Parameter]
    public EventCallback<DateTimeOffset> OnSaid { get; set; }

    [Inject]
    private IJSRuntime Browser { get; set; } = null!;

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        var slots = Layout.Slots;
        stop = Present(focused) ?? Present(View.From) ?? slots.To(Latest).Last ?? (slots.Count > 0 ? slots.First : null);

        DateTimeOffset? Present(DateTimeOffset? slot) => slot is { } at && slots.PlaceOf(at) is not null ? at : null;
    }

    private Task Said(DateTimeOffset slot)
    {
        focused = stop = slot;
        return OnSaid.InvokeAsync(slot);
    }

    private Task Choose(DateTimeOffset slot, bool further)
    {
        focused = stop = slot;
        anchor = further ? anchor ?? View.From ?? slot : slot;
        return OnChosen.InvokeAsync(anchor < slot ? (anchor.Value, slot) : (slot, anchor.Value));
    }

    private async Task Key(KeyboardEventArgs pressed)
    {
        if (pressed.CtrlKey || pressed.MetaKey || pressed.AltKey || stop is not { } at)
        {
            return;
        }

        switch (pressed.Key)
        {
            case " " or "Enter":
                await Choose(at, pressed.ShiftKey);
                return;
            case "Escape":
                anchor = null;
                await OnChosen.InvokeAsync(null);
                return;
        }

        if (Target(pressed.Key, at) is not { } to)
        {
            return;
        }

        if (pressed.ShiftKey)
        {
            anchor ??= at;
            await Choose(to, further: true);
        }

        focused = stop = to;
        await Browser.InvokeVoidAsync("dashboard.focusSlot", BacklogWords.Address(to));
    }

    private DateTimeOffset? Target(string key, DateTimeOffset at)
    {
        var slots = Layout.Slots;
        var place = slots.PlaceOf(at) ?? 0;
        var row = Layout.Rows.FirstOrDefault(row => row.Cells.Contains(at));
        var column = row is null ? -1 : row.Cells.ToList().IndexOf(at);
        return key switch
        {
            "ArrowLeft" => place > 0 ? slots[place - 1] : null,
            "ArrowRight" => place + 1 < slots.Count ? slots[place + 1] : null,
            "ArrowUp" => Beside(-1),
            "ArrowDown" => Beside(1),
            "Home" => row?.Cells.FirstOrDefault(cell => cell is not null),
            "End" => row?.Cells.LastOrDefault(cell => cell is not null),
            _ => null,
        };

        DateTimeOffset? Beside(int by)
        {
            var next = row is null ? -1 : Layout.Rows.ToList().IndexOf(row) + by;
            return next >= 0 && next < Layout.Rows.Count ? Layout.Rows[next].Cells[column] : null;
        }
    }
}
