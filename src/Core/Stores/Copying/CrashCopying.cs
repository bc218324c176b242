using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Parity;

namespace Dashboard.Core.Stores.Copying;

/// <summary>A crash that is to be copied.</summary>
/// <param name="Id">Which.</param>
/// <param name="Catalog">What the source keeps of it; null when that is found out by reading, which costs nothing more.</param>
internal sealed record CrashToCopy(CrashId Id, CrashCatalog? Catalog);

/// <summary>What became of one crash.</summary>
internal sealed class CopiedCrash
{
    private const int LongestError = 1_000;

    public long Created { get; set; }

    public long Present { get; set; }

    public long Bytes { get; set; }

    public List<CopyFailure> Failures { get; } = [];

    public void Fail(CrashId id, CrashItem item, Exception cause)
    {
        var words = $"{cause.GetType().Name}: {cause.Message}";
        Failures.Add(new CopyFailure(id, item, CopyFailureKind.Failed, words.Length > LongestError ? words[..LongestError] : words));
    }
}

/// <summary>Copies one crash: its things in their order, the raw crash behind its dumps; when one of those could not be copied it is not begun.</summary>
/// <param name="source">From where.</param>
/// <param name="target">To where.</param>
internal sealed class CrashCopying(ICrashStore source, ICrashStore target)
{
    /// <summary>Copies it; what could not be copied is said and not thrown, but for a store that is not set up, which no other crash would find otherwise.</summary>
    public async Task<CopiedCrash> CopyAsync(CrashToCopy crash, CancellationToken cancellationToken)
    {
        var copy = new CopiedCrash();
        IReadOnlyList<CrashItem> items;
        ReadOnlyMemory<byte>? names = null;
        try
        {
            (items, names) = crash.Catalog is { } known ? (Items(known), null) : await LookAsync(crash.Id, cancellationToken);
        }
        catch (Exception cause) when (MayGoOn(cause, cancellationToken))
        {
            copy.Fail(crash.Id, CrashItem.DumpNames, cause);
            items = [CrashItem.Raw];
        }

        foreach (var item in items)
        {
            if (item == CrashItem.Raw && copy.Failures.Exists(failure => failure.Outcome == CopyFailureKind.Failed))
            {
                copy.Failures.Add(new CopyFailure(crash.Id, item, CopyFailureKind.Failed, "What belongs to it is not copied yet."));
                continue;
            }

            try
            {
                await CopyAsync(crash, item, names is { } read && item == CrashItem.DumpNames ? read : await source.ReadItemAsync(crash.Id, item, cancellationToken), copy, cancellationToken);
            }
            catch (CrashNotFoundException) when (crash.Catalog is null && item.Kind is CrashItemKind.Dump or CrashItemKind.ProcessedCrash)
            {
                // A dump is named and not there; many a crash was never processed.
                if (item.Kind == CrashItemKind.Dump)
                {
                    copy.Failures.Add(new CopyFailure(crash.Id, item, CopyFailureKind.Torn, null));
                }
            }
            catch (Exception cause) when (MayGoOn(cause, cancellationToken))
            {
                copy.Fail(crash.Id, item, cause);
            }
        }

        return copy;
    }

    private async Task CopyAsync(CrashToCopy crash, CrashItem item, ReadOnlyMemory<byte> content, CopiedCrash copy, CancellationToken cancellationToken)
    {
        if (item == CrashItem.DumpNames && crash.Catalog is { } catalog)
        {
            copy.Failures.AddRange(from name in DumpNames.Read(content.Span) where !catalog.Has(CrashItem.Dump(name)) select new CopyFailure(crash.Id, CrashItem.Dump(name), CopyFailureKind.Torn, null));
        }

        switch (await target.CreateItemAsync(crash.Id, item, content, cancellationToken))
        {
            case CreateOutcome.Created:
                copy.Created++;
                copy.Bytes += content.Length;
                break;
            case CreateOutcome.Same:
                copy.Present++;
                break;
            default:
                // Lists of names, and JSON, are written in more than one way.
                if (item.Kind != CrashItemKind.Dump && await target.ReadItemAsync(crash.Id, item, cancellationToken) is var there && ParityRule.SaysTheSame(item, content.Span, there.Span))
                {
                    copy.Present++;
                }
                else
                {
                    copy.Failures.Add(new CopyFailure(crash.Id, item, CopyFailureKind.Conflict, null));
                }

                break;
        }
    }

    private async Task<(IReadOnlyList<CrashItem> Items, ReadOnlyMemory<byte>? Names)> LookAsync(CrashId id, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> names;
        try
        {
            names = await source.ReadItemAsync(id, CrashItem.DumpNames, cancellationToken);
        }
        catch (CrashNotFoundException)
        {
            return (Items(await source.CatalogAsync(id, cancellationToken)), null);
        }

        return ([.. DumpNames.Read(names.Span).Select(CrashItem.Dump).Distinct(), CrashItem.DumpNames, CrashItem.Raw, CrashItem.Processed], names);
    }

    private static CrashItem[] Items(CrashCatalog catalog) => [.. catalog.Entries.Select(entry => entry.Item).Order()];

    private static bool MayGoOn(Exception cause, CancellationToken cancellationToken) => !cancellationToken.IsCancellationRequested && cause is not StoreMisconfiguredException;
}
