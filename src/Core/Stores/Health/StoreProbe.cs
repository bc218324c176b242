using System.Security.Cryptography;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Rabbit;

namespace Dashboard.Core.Stores.Health;

/// <summary>What a probe did.</summary>
public enum StoreProbeKind
{
    /// <summary>Saved a canary.</summary>
    Put,

    /// <summary>Read it back and compared it.</summary>
    Get,

    /// <summary>Listed it.</summary>
    List,

    /// <summary>Published a message and was told that it is kept.</summary>
    Publish,
}

/// <summary>One thing a probe did.</summary>
/// <param name="Kind">What.</param>
/// <param name="Ok">Whether it went well.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Detail">Why not, in a sentence; null when it went well.</param>
public sealed record StoreProbeStep(StoreProbeKind Kind, bool Ok, TimeSpan Took, string? Detail);

/// <summary>
/// Tries what a store is for: saves a canary, reads it back, compares it, lists it; a queue is published to and has to confirm. Open ports and front pages prove nothing: they
/// answer while no crash can be read.
/// </summary>
/// <param name="clock">By which it measures, and for the deadline.</param>
/// <param name="deadline">How long each step may take.</param>
public sealed class StoreProbe(TimeProvider clock, TimeSpan deadline)
{
    /// <summary>The canary: a crash of a day long before there were any. The same for everybody, so that it never becomes many.</summary>
    public static CrashId Canary { get; } = CrashId.Parse("0ca0a12e-0000-4000-8000-000000000101");

    /// <summary>How a store that is probed waits: not at all, so that a probe tells what it met and not that it waited.</summary>
    public static ExecutorOptions Waits { get; } = new() { TransactionExecutorClass = ExecutorKinds.NameOf(ExecutorKind.Plain) };

    /// <summary>Probes a store; throws nothing but when it is asked to quit. A step that failed is the last.</summary>
    public async Task<IReadOnlyList<StoreProbeStep>> ProbeAsync(ICrashStore store, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        var steps = new List<StoreProbeStep>();
        var canary = new RawCrash(System.Text.Encoding.UTF8.GetBytes($$"""{"ProductName":"canary","nonce":"{{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}}"}"""));
        foreach (var (kind, step) in StepsOf(store, canary))
        {
            var done = await StepAsync(kind, step, cancellationToken);
            steps.Add(done);
            if (!done.Ok)
            {
                break;
            }
        }

        return steps;
    }

    private static IEnumerable<(StoreProbeKind Kind, Func<CancellationToken, Task<string?>> Step)> StepsOf(ICrashStore store, RawCrash canary)
    {
        if (store is RabbitStore or MeteredStore { Inner: RabbitStore })
        {
            yield return (StoreProbeKind.Publish, async token =>
            {
                await (store is MeteredStore metered ? metered.PublishAsync(token) : ((RabbitStore)store).ProbeAsync(token));
                return null;
            });
            yield break;
        }

        if (!store.Does(StoreCapabilities.SaveRaw | StoreCapabilities.GetRaw))
        {
            yield break;
        }

        if (store.Does(StoreCapabilities.NewCrashes))
        {
            // What is saved here is handed out to be processed: it is only looked into.
            yield return (StoreProbeKind.List, async token =>
            {
                await store.CatalogAsync(Canary, token);
                return null;
            });
            yield break;
        }

        yield return (StoreProbeKind.Put, async token =>
        {
            await store.SaveRawCrashAsync(canary, Dumps.None, Canary, token);
            return null;
        });
        yield return (StoreProbeKind.Get, async token =>
            (await store.GetRawCrashAsync(Canary, token)).Utf8.Span.SequenceEqual(canary.Utf8.Span) ? null : "What was read is not what was saved.");
        if (store.Does(StoreCapabilities.Enumerate))
        {
            yield return (StoreProbeKind.List, async token =>
            {
                await foreach (var listed in store.EnumerateAsync(Canary.Day!.Value, Canary.Salt, null, token))
                {
                    if (listed.Id == Canary)
                    {
                        return null;
                    }
                }

                return "What was saved is not listed.";
            });
        }
    }

    // A store may not heed the token at once: it is waited for until the deadline and no longer.
    private async Task<StoreProbeStep> StepAsync(StoreProbeKind kind, Func<CancellationToken, Task<string?>> step, CancellationToken cancellationToken)
    {
        var begun = clock.GetTimestamp();
        using var late = new CancellationTokenSource(deadline, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        string? fault;
        try
        {
            var running = step(either.Token);
            _ = running.ContinueWith(static left => left.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            fault = await running.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            fault = $"Not done within {deadline.TotalSeconds:0.###} s.";
        }
        catch (Exception cause) when (!cancellationToken.IsCancellationRequested)
        {
            fault = StoreFailureWords.Of(cause);
        }

        return new StoreProbeStep(kind, fault is null, clock.GetElapsedTime(begun), fault);
    }
}
