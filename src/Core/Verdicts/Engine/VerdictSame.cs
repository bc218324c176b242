namespace Dashboard.Core.Verdicts.Engine;

/// <summary>Whether two verdicts say the same, list by list: a record compares its lists by object.</summary>
internal static class VerdictSame
{
    private static readonly IReadOnlyList<string> NoWords = [];
    private static readonly IReadOnlyList<VerdictFact> NoFacts = [];
    private static readonly IReadOnlyList<RejectedRule> NoRules = [];
    private static readonly IReadOnlyList<VerdictFlag> NoFlags = [];

    public static bool Are(Verdict one, Verdict other) =>
        Bare(one) == Bare(other) && one.Blocks.SequenceEqual(other.Blocks, StringComparer.Ordinal) && one.WouldChangeIf.SequenceEqual(other.WouldChangeIf, StringComparer.Ordinal)
        && one.Flags.SequenceEqual(other.Flags) && one.Facts.SequenceEqual(other.Facts) && one.Rejected.SequenceEqual(other.Rejected);

    private static Verdict Bare(Verdict verdict) => verdict with { Blocks = NoWords, WouldChangeIf = NoWords, Facts = NoFacts, Rejected = NoRules, Flags = NoFlags, InputHash = "" };
}
