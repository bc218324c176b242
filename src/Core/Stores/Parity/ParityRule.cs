using System.Text.Json;
using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.Parity;

/// <summary>What two stores are to each other in one thing.</summary>
public enum ParityOutcome
{
    /// <summary>Both have it, and as far as they say it is the same.</summary>
    Same,

    /// <summary>Only the source has it.</summary>
    OnlySource,

    /// <summary>Only the target has it.</summary>
    OnlyTarget,

    /// <summary>Both have something, and it is not the same.</summary>
    Differs,
}

/// <summary>One thing in which two stores are not the same.</summary>
/// <param name="Id">The crash.</param>
/// <param name="Item">What of it.</param>
/// <param name="Outcome">In which way.</param>
public sealed record ParityDifference(CrashId Id, CrashItem Item, ParityOutcome Outcome);

/// <summary>Compares what two stores say of a crash. Pure.</summary>
public static class ParityRule
{
    /// <summary>Each thing that either of them has, in order, with what they are to each other in it.</summary>
    /// <remarks>Names of dumps are lists that stores write each in its own way: that both have one is all that is compared here, for the dumps themselves are compared as well.</remarks>
    public static IEnumerable<(CrashItem Item, ParityOutcome Outcome)> Compare(CrashCatalog? source, CrashCatalog? target)
    {
        var (left, right) = (source?.Entries ?? [], target?.Entries ?? []);
        foreach (var item in left.Concat(right).Select(entry => entry.Item).Distinct().Order())
        {
            var (mine, its) = (left.FirstOrDefault(entry => entry.Item == item), right.FirstOrDefault(entry => entry.Item == item));
            yield return (item, mine is null ? ParityOutcome.OnlyTarget : its is null ? ParityOutcome.OnlySource : Of(item, mine, its));
        }
    }

    /// <summary>What both have, by what a listing tells of it.</summary>
    public static ParityOutcome Of(CrashItem item, CatalogEntry source, CatalogEntry target)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        return item == CrashItem.DumpNames || Fit(source, target) ? ParityOutcome.Same : ParityOutcome.Differs;
    }

    /// <summary>Whether two contents say the same: dumps to the byte, all else as JSON, whatever the order of its keys.</summary>
    public static bool SaysTheSame(CrashItem item, ReadOnlySpan<byte> source, ReadOnlySpan<byte> target)
    {
        if (source.SequenceEqual(target))
        {
            return true;
        }

        try
        {
            return item.Kind switch
            {
                CrashItemKind.Dump => false,
                CrashItemKind.DumpNames => DumpNames.Read(source).SequenceEqual(DumpNames.Read(target)),
                _ => JsonElement.DeepEquals(new RawCrash(source).Root, new RawCrash(target).Root),
            };
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static bool Fit(CatalogEntry source, CatalogEntry target) =>
        (source.Size is null || target.Size is null || source.Size == target.Size) && (source.Md5 is null || target.Md5 is null || source.Md5 == target.Md5);
}
