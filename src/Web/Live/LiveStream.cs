using System.Runtime.CompilerServices;
using Dashboard.Core.Feeds;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Sources;

namespace Dashboard.Web.Live;

/// <summary>
/// What one program is told of one source. Each message is made when the program is ready for it, from what it has to what is newest by then: a slow one gets
/// fewer and larger differences, and costs nobody else anything.
/// </summary>
internal sealed class LiveStream(LiveHistory history, SourceFeeds<SourceStatus> statuses, SourceFeeds<StandingsSnapshot> standings)
{
    /// <summary>The messages, without end.</summary>
    /// <param name="source">Which source.</param>
    /// <param name="asked">What the program has already.</param>
    /// <param name="resync">Set by the program when it wants everything again.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<LiveWire> ReadAsync(string source, WatchWire asked, ResyncWish resync, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var rows = standings.Of(source).WatchAsync(cancellationToken).GetAsyncEnumerator(CancellationToken.None);
        await using var states = statuses.Of(source).WatchAsync(cancellationToken).GetAsyncEnumerator(CancellationToken.None);
        await rows.MoveNextAsync();
        await states.MoveNextAsync();
        var (nextRows, nextState) = (rows.MoveNextAsync().AsTask(), states.MoveNextAsync().AsTask());
        var has = asked.Instance == history.Instance && asked.Sequence is { } sequence ? history.Find(source, sequence) : null;
        SourceStatus? told = null;
        try
        {
            while (true)
            {
                var now = new SourceNow(statuses.Of(source).Newest, standings.Of(source).Newest);
                var wish = resync.Next;
                if (has is null || wish.IsCompleted)
                {
                    wish = resync.Begin();
                    yield return LiveWire.Whole(history.Instance, now);
                }
                else if (!ReferenceEquals(has, now.Standings) || told is null || Differs(told, now.Status))
                {
                    yield return LiveWire.Since(history.Instance, has, now);
                }

                // Before the first reading there is nothing a difference could be of.
                (has, told) = (now.Standings.AsOf is null ? null : now.Standings, now.Status);
                await WaitAsync(now, told);
            }
        }
        finally
        {
            // Both watches end with the token; what they end with is of no interest.
            await ((Task)Task.WhenAll(nextRows, nextState)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task WaitAsync(SourceNow shown, SourceStatus last)
        {
            do
            {
                var woken = await Task.WhenAny(nextRows, nextState, resync.Next);
                await woken;
                if (nextRows.IsCompleted)
                {
                    await nextRows;
                    nextRows = rows.MoveNextAsync().AsTask();
                }

                if (nextState.IsCompleted)
                {
                    await nextState;
                    nextState = states.MoveNextAsync().AsTask();
                }
            }
            while (ReferenceEquals(standings.Of(source).Newest, shown.Standings) && !Differs(last, statuses.Of(source).Newest) && !resync.Next.IsCompleted);
        }
    }

    /// <summary>Whether there is anything to say: that it answered once more is nothing.</summary>
    private static bool Differs(SourceStatus a, SourceStatus b) =>
        !ReferenceEquals(a, b) && (a with { AsOf = null, ReadAt = null }) != (b with { AsOf = null, ReadAt = null });
}

/// <summary>A program's wish to be told everything again.</summary>
internal sealed class ResyncWish
{
    private TaskCompletionSource wish = New();

    /// <summary>Completes when the program wishes it.</summary>
    public Task Next => Volatile.Read(ref wish).Task;

    /// <summary>The program wishes it.</summary>
    public void Set() => Volatile.Read(ref wish).TrySetResult();

    /// <summary>It is being fulfilled; a further wish counts anew.</summary>
    public Task Begin()
    {
        var fresh = New();
        Volatile.Write(ref wish, fresh);
        return fresh.Task;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
