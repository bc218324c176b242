using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.Health;

/// <summary>
/// Finds out what a store really does, once, when it is first seen to work: servers that speak S3 answer 200 to a conditional create they did not understand, and overwrite. It keeps two small
/// things under an id of its own, always the same, of which no crash becomes visible.
/// </summary>
/// <param name="clock">For the deadline.</param>
/// <param name="deadline">How long each trial may take.</param>
public sealed class AbilityProbe(TimeProvider clock, TimeSpan deadline)
{
    /// <summary>Under which it keeps what it tries with: a processed crash without a raw one.</summary>
    public static CrashId Canary { get; } = CrashId.Parse("0ca0a12e-0000-4000-8000-000010000101");

    /// <summary>Which is never kept.</summary>
    public static CrashId Nobody { get; } = CrashId.Parse("0ca0a12e-0000-4000-8000-000020000101");

    /// <summary>Tries a store. What cannot be found out, for it did not answer, is said as not known; throws nothing but when it is asked to quit.</summary>
    /// <returns>In the order of <see cref="StoreAbilityKind"/>; empty for a store that gives nothing back.</returns>
    public async Task<IReadOnlyList<StoreAbility>> FindAsync(ICrashStore store, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (!store.Does(StoreCapabilities.SaveProcessed | StoreCapabilities.GetProcessed | StoreCapabilities.GetRaw) || store.Does(StoreCapabilities.NewCrashes))
        {
            return [];
        }

        var (conditional, listing) = (store.Does(StoreCapabilities.ConditionalCreate), store.Does(StoreCapabilities.Enumerate));
        var found = new List<StoreAbility>
        {
            await TryAsync(StoreAbilityKind.SaysWhatIsMissing, declared: true, token => MissingAsync(store, token), cancellationToken),
            conditional
                ? await TryAsync(StoreAbilityKind.ConditionalCreate, declared: true, token => ConditionalAsync(store, token), cancellationToken)
                : new(StoreAbilityKind.ConditionalCreate, Declared: false, Found: false, Detail: null),
            listing
                ? await TryAsync(StoreAbilityKind.Listing, declared: true, token => ListingAsync(store, token), cancellationToken)
                : new(StoreAbilityKind.Listing, Declared: false, Found: false, Detail: null),
        };
        CatalogEntry? entry = null;
        var looked = await TryAsync(
            StoreAbilityKind.Sizes,
            declared: false,
            async token =>
            {
                entry = (await store.CatalogAsync(Canary, token)).Entries.FirstOrDefault(one => one.Item == CrashItem.Processed);
                return entry?.Size is null ? "It tells no size." : null;
            },
            cancellationToken);
        found.Add(looked);
        found.Add(looked.Found is null ? looked with { Kind = StoreAbilityKind.Checksums } : await TryAsync(StoreAbilityKind.Checksums, declared: false, token => ChecksumAsync(store, entry, token), cancellationToken));
        return found;
    }

    private static async Task<string?> MissingAsync(ICrashStore store, CancellationToken cancellationToken)
    {
        try
        {
            await store.GetRawCrashAsync(Nobody, cancellationToken);
            return "It gave a crash back that was never kept.";
        }
        catch (CrashNotFoundException)
        {
            return null;
        }
    }

    // What lies there may be left from the last time, and is then the first writer's.
    private static async Task<string?> ConditionalAsync(ICrashStore store, CancellationToken cancellationToken)
    {
        await store.CreateItemAsync(Canary, CrashItem.Processed, Content("first"), cancellationToken);
        var before = await store.ReadItemAsync(Canary, CrashItem.Processed, cancellationToken);
        var outcome = await store.CreateItemAsync(Canary, CrashItem.Processed, Content(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))), cancellationToken);
        var after = await store.ReadItemAsync(Canary, CrashItem.Processed, cancellationToken);
        return !before.Span.SequenceEqual(after.Span) ? "It overwrote what was there, although it was asked to create only what is not." : outcome == CreateOutcome.Differs ? null : $"It answered a second create with: {outcome}.";
    }

    private static async Task<string?> ListingAsync(ICrashStore store, CancellationToken cancellationToken)
    {
        var id = StoreProbe.Canary;
        await foreach (var listed in store.EnumerateAsync(id.Day!.Value, id.Salt, null, cancellationToken))
        {
            if (listed.Id == id)
            {
                return null;
            }
        }

        return "What was saved is not listed.";
    }

    [SuppressMessage("Security", "CA5351", Justification = "The field's own checksum of a content, not a protection against anybody")]
    private static async Task<string?> ChecksumAsync(ICrashStore store, CatalogEntry? entry, CancellationToken cancellationToken)
    {
        if (entry?.Md5 is not { } told)
        {
            return "It tells no checksum.";
        }

        var content = await store.ReadItemAsync(Canary, CrashItem.Processed, cancellationToken);
        return told == Convert.ToHexStringLower(MD5.HashData(content.Span)) ? null : "What it tells as a checksum is not the MD5 of what it keeps.";
    }

    private static ReadOnlyMemory<byte> Content(string nonce) => Encoding.UTF8.GetBytes($$"""{"uuid":"{{Canary}}","signature":"canary","nonce":"{{nonce}}"}""");

    private async Task<StoreAbility> TryAsync(StoreAbilityKind kind, bool declared, Func<CancellationToken, Task<string?>> trial, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(deadline, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            var running = trial(either.Token);
            _ = running.ContinueWith(static left => left.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            var fault = await running.WaitAsync(either.Token);
            return new StoreAbility(kind, declared, fault is null, declared ? fault : null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new StoreAbility(kind, declared, null, $"It did not answer within {deadline.TotalSeconds:0.###} s.");
        }
        catch (Exception cause) when (!cancellationToken.IsCancellationRequested)
        {
            return new StoreAbility(kind, declared, null, StoreFailureWords.Of(cause));
        }
    }
}
