using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Dashboard.Web.Components;

/// <summary>
/// A script in the browser that watches one element of a component: it is loaded, told <c>watch</c> with the element, and <c>forget</c> when the component
/// leaves, whichever comes first. Whoever clicks on before it is loaded has left an element that is not there any more: then it is told nothing.
/// </summary>
/// <param name="path">The module, as the browser imports it: <c>./js/rows.js</c>.</param>
internal sealed class ElementScript(string path) : IAsyncDisposable
{
    private IJSObjectReference? script;
    private ElementReference watched;
    private bool left;

    /// <summary>Loads it and has it watch.</summary>
    /// <param name="browser">Where it runs.</param>
    /// <param name="element">What to watch.</param>
    /// <param name="more">What else <c>watch</c> is told; not looked at when the component has left before.</param>
    public async Task WatchAsync(IJSRuntime browser, ElementReference element, params object?[] more)
    {
        ArgumentNullException.ThrowIfNull(browser);
        var loaded = await browser.InvokeAsync<IJSObjectReference>("import", path);
        (script, watched) = (loaded, element);
        if (left)
        {
            await LeaveAsync(loaded.DisposeAsync);
            return;
        }

        await loaded.InvokeVoidAsync("watch", [element, .. more]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        left = true;
        if (script is { } loaded)
        {
            await LeaveAsync(async () =>
            {
                await loaded.InvokeVoidAsync("forget", watched);
                await loaded.DisposeAsync();
            });
        }
    }

    private static async ValueTask LeaveAsync(Func<ValueTask> leave)
    {
        try
        {
            await leave();
        }
        catch (Exception cause) when (cause is JSDisconnectedException or OperationCanceledException)
        {
            // The browser left first, or did not answer any more.
        }
    }
}
