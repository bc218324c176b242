using System.ComponentModel;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Dashboard.Core.Feeds;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Web.Api;
using Dashboard.Web.Security;
using Microsoft.AspNetCore.Mvc;

namespace Dashboard.Web.Verdicts;

/// <summary>Verdicts as server-sent events: the newest at once, each newer one as it comes, and a sign of life between them.</summary>
internal static class VerdictStream
{
    private static readonly TimeSpan Sign = TimeSpan.FromSeconds(15);

    // Whoever comes back is asked again who they are.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public static IResult Answer(
        HttpContext context,
        SourceDirectory directory,
        SourceFeeds<VerdictSnapshot> verdicts,
        VerdictPulse pulse,
        TimeProvider clock,
        IHostApplicationLifetime lifetime,
        ApiKeyRing keys,
        [FromQuery, Description("The source; the first when absent.")] string? source)
    {
        if (AskedVerdict.Source(context, directory, out var problem) is not { } known)
        {
            return problem!;
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            return Results.Text("", "text/event-stream");
        }

        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.ServerSentEvents(EventsAsync(verdicts.Of(known.Name), known.Name, pulse, clock, token => IsInAsync(context, keys, token), lifetime.ApplicationStopping, context.RequestAborted));
    }

    private static async IAsyncEnumerable<SseItem<string>> EventsAsync(
        Feed<VerdictSnapshot> feed,
        string source,
        VerdictPulse pulse,
        TimeProvider clock,
        Func<CancellationToken, Task<bool>> isInAsync,
        CancellationToken stopping,
        [EnumeratorCancellation] CancellationToken gone)
    {
        using var limit = new CancellationTokenSource(Longest, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(gone, stopping, limit.Token);
        await using var watch = feed.WatchAsync(end.Token).GetAsyncEnumerator(CancellationToken.None);
        var next = watch.MoveNextAsync().AsTask();
        try
        {
            while (!end.IsCancellationRequested)
            {
                using var waited = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
                var sign = Task.Delay(Sign, clock, waited.Token);
                await Task.WhenAny(next, sign);
                await waited.CancelAsync();
                if (end.IsCancellationRequested || !await isInAsync(gone))
                {
                    break;
                }

                if (next.IsCompleted)
                {
                    if (!await next)
                    {
                        break;
                    }

                    var said = watch.Current;
                    next = watch.MoveNextAsync().AsTask();
                    if (said.AsOf is not null)
                    {
                        yield return new SseItem<string>(JsonSerializer.Serialize(SystemVerdictWire.Of(said), WireJson.Options), "verdict") { EventId = $"{said.Sequence}" };
                    }
                }
                else
                {
                    yield return new SseItem<string>(JsonSerializer.Serialize(new JudgedWire(source, pulse.Of(source)), WireJson.Options), "judged");
                }
            }
        }
        finally
        {
            await end.CancelAsync();

            // The watch ends with the token; what it ends with is of no interest.
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // A revoked key is told nothing more; whose session ended is told for ten minutes at most.
    private static async Task<bool> IsInAsync(HttpContext context, ApiKeyRing keys, CancellationToken cancellationToken) => context.User.KeyId() is not { } key || await keys.WorksAsync(key, cancellationToken);

    /// <summary>A sign of life.</summary>
    /// <param name="Source">The source.</param>
    /// <param name="JudgedAt">When it was judged last with its tables in sight; null before.</param>
    private sealed record JudgedWire(string Source, DateTimeOffset? JudgedAt);
}
