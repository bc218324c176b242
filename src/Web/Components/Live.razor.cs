using Dashboard.Core.Feeds;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Components;

/// <summary>
/// The one place that watches a feed: draws the newest snapshot at once, rests as <see cref="RedrawPace"/> says, and stops
/// when the page closes. While the page is prerendered it draws once.
/// </summary>
/// <typeparam name="T">The snapshot.</typeparam>
public sealed partial class Live<T> : ILive, IAsyncDisposable
    where T : class
{
    private readonly CancellationTokenSource closed = new();
    private Feed<T>? watched;
    private CancellationTokenSource? watch;
    private Task watching = Task.CompletedTask;
    private T? drawn;

    /// <summary>What to watch.</summary>
    [Parameter, EditorRequired]
    public required Feed<T> Feed { get; set; }

    /// <summary>How to draw a snapshot.</summary>
    [Parameter, EditorRequired]
    public required RenderFragment<T> ChildContent { get; set; }

    [Inject]
    private LivePage Page { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Page.Remove(this);
        await closed.CancelAsync();
        await watching;
        watch?.Dispose();
        closed.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (!ReferenceEquals(watched, Feed))
        {
            watch?.Cancel();
            if (watched is null && RendererInfo.IsInteractive)
            {
                Page.Add(this);
            }

            watched = Feed;
            drawn = Feed.Newest;
            if (RendererInfo.IsInteractive)
            {
                watch = CancellationTokenSource.CreateLinkedTokenSource(closed.Token);
                watching = WatchAsync(Feed, watch.Token);
            }
        }
    }

    /// <inheritdoc/>
    public void CatchUp()
    {
        if (watched?.Newest is { } newest && !ReferenceEquals(newest, drawn))
        {
            drawn = newest;
            StateHasChanged();
        }
    }

    private async Task WatchAsync(Feed<T> feed, CancellationToken cancellationToken)
    {
        var pace = default(RedrawPace);
        try
        {
            await foreach (var snapshot in feed.WatchAsync(cancellationToken))
            {
                if (!ReferenceEquals(snapshot, drawn))
                {
                    await InvokeAsync(CatchUp);
                    await Task.Delay(RedrawPace.Shortest, Clock, cancellationToken);
                    await Task.Delay(pace.Remaining(arrived: !ReferenceEquals(feed.Newest, drawn)), Clock, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The page closed, or watches another feed now.
        }
    }
}
