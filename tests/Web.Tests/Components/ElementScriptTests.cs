using Dashboard.Web.Components;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Dashboard.Web.Tests.Components;

public sealed class ElementScriptTests
{
    private static readonly ElementReference Element = new("list");
    private readonly Module module = new();

    [Fact]
    public async Task It_watches_the_element_and_forgets_it_when_the_component_leaves()
    {
        var script = new ElementScript("./js/rows.js");
        await script.WatchAsync(Browser.With(Task.FromResult<IJSObjectReference>(module)), Element, "server");
        Assert.Equal(["watch list server"], module.Told);

        await script.DisposeAsync();
        Assert.Equal(["watch list server", "forget list", "released"], module.Told);
    }

    [Fact]
    public async Task Who_leaves_before_it_is_loaded_is_not_watched()
    {
        var loaded = new TaskCompletionSource<IJSObjectReference>();
        var script = new ElementScript("./js/rows.js");
        var watching = script.WatchAsync(Browser.With(loaded.Task), Element, "server");
        await script.DisposeAsync();
        loaded.SetResult(module);
        await watching;

        Assert.Equal(["released"], module.Told);
    }

    [Fact]
    public async Task A_browser_that_left_first_is_no_trouble()
    {
        module.Trouble = new JSDisconnectedException("It is gone.");
        var script = new ElementScript("./js/graph.js");
        var loaded = new TaskCompletionSource<IJSObjectReference>();
        var watching = script.WatchAsync(Browser.With(loaded.Task), Element);
        await script.DisposeAsync();
        loaded.SetResult(module);

        await watching;
        await script.DisposeAsync();
        Assert.Empty(module.Told);
    }

    private sealed class Browser(Task<IJSObjectReference> module) : IJSRuntime
    {
        public static Browser With(Task<IJSObjectReference> module) => new(module);

        public async ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args)
        {
            Assert.Equal("import", identifier);
            return (TValue)await module;
        }

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) => InvokeAsync<TValue>(identifier, args);
    }

    private sealed class Module : IJSObjectReference
    {
        public List<string> Told { get; } = [];

        public Exception? Trouble { get; set; }

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) => Tell<TValue>($"{identifier} {string.Join(' ', args!.Select(each => each is ElementReference element ? element.Id : each))}");

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) => InvokeAsync<TValue>(identifier, args);

        public async ValueTask DisposeAsync() => await Tell<object>("released");

        private ValueTask<TValue> Tell<TValue>(string words)
        {
            if (Trouble is { } trouble)
            {
                throw trouble;
            }

            Told.Add(words);
            return default;
        }
    }
}
