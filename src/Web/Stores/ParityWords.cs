using System.Globalization;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Parity;
using Dashboard.Core.Verdicts;

namespace Dashboard.Web.Stores;

/// <summary>What is said of comparisons of two stores, in words.</summary>
internal static class ParityWords
{
    /// <summary>The columns, in the order in which a crash is read by people.</summary>
    public static IReadOnlyList<CrashItemKind> Kinds { get; } = [CrashItemKind.RawCrash, CrashItemKind.DumpNames, CrashItemKind.Dump, CrashItemKind.ProcessedCrash];

    /// <summary>The whole in one sentence.</summary>
    public static string Sentence(KeptParity found)
    {
        var (missing, differs, unread) = (found.Cells.Sum(cell => cell.OnlySource), found.Cells.Sum(cell => cell.Differs), found.Cells.Sum(cell => cell.Unread));
        var expected = found.Cells.Sum(cell => cell.Expected);
        return (missing, differs, unread) switch
        {
            (0, 0, 0) when expected == 0 => "There was nothing to compare.",
            (0, 0, 0) => string.Create(CultureInfo.InvariantCulture, $"Nothing is missing and nothing is known to differ: {expected:N0} things are in both."),
            (0, 0, _) => $"Nothing is missing; {StoreWords.Many(unread, "thing", "things")} could not be read and compared.",
            _ => string.Create(CultureInfo.InvariantCulture, $"Of {expected:N0} things {missing:N0} {(missing == 1 ? "is" : "are")} missing and {differs:N0} {(differs == 1 ? "is" : "are")} different."),
        };
    }

    /// <summary>The same as a shape.</summary>
    public static JobState Shape(KeptParity found) => found.IsWhole ? JobState.Waiting : JobState.Failing;

    /// <summary>What the listing proves.</summary>
    public static string Listed(KeptParity found) =>
        string.Create(CultureInfo.InvariantCulture, $"Crashes of {found.From:yyyy-MM-dd} to {found.To:yyyy-MM-dd}, both stores listed completely.");

    /// <summary>What the sample proves of what a listing does not show.</summary>
    public static string Sample(KeptParity found) => found.Sample.Drawn == 0
        ? "No part of all was drawn to be read: what is inside is known only where a day says so."
        : $"{StoreWords.Many(found.Sample.Drawn, "thing", "things")} drawn from all by chance and read, {(found.Sample.Bad == 0 ? "none" : StoreWords.Many(found.Sample.Bad, "of them", "of them"))} differed: at most {Percent(found.Sample.Upper95)} of what both have differ inside (95 % sure; {Percent(found.Sample.Upper99)} at 99 %).";

    /// <summary>How many differences stand here by name.</summary>
    public static string Named(KeptParity found) => found.Named.Count == found.Differences
        ? $"{StoreWords.Many(found.Differences, "difference", "differences")} by name"
        : string.Create(CultureInfo.InvariantCulture, $"The first {found.Named.Count:N0} of {found.Differences:N0} differences by name");

    /// <summary>What a difference is.</summary>
    public static string Outcome(ParityOutcome outcome) => outcome switch
    {
        ParityOutcome.OnlySource => "missing",
        ParityOutcome.OnlyTarget => "only in the second",
        _ => "different",
    };

    /// <summary>A kind of thing, of many.</summary>
    public static string Kind(CrashItemKind kind) => kind switch
    {
        CrashItemKind.RawCrash => "raw crashes",
        CrashItemKind.DumpNames => "names of dumps",
        CrashItemKind.Dump => "dumps",
        _ => "processed crashes",
    };

    /// <summary>A share that is not exceeded: rounded up, with as many digits as say something.</summary>
    public static string Percent(double share)
    {
        if (share >= 1)
        {
            return "100 %";
        }

        if (share <= 0)
        {
            return "0 %";
        }

        var percent = share * 100;
        var digits = Math.Clamp(1 - (int)Math.Floor(Math.Log10(percent)), 0, 8);
        var step = Math.Pow(10, -digits);
        return $"{(Math.Ceiling((percent / step) - 1e-9) * step).ToString($"0.{new string('#', digits)}", CultureInfo.InvariantCulture)} %";
    }
}
