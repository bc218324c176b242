using FsCheck;
using FsCheck.Fluent;

namespace Dashboard.Core.Tests.Configuration;

/// <summary>Texts that were once well formed: pieces cut out, put in, doubled and moved, or the end missing.</summary>
internal static class Damage
{
    /// <summary>Any of the texts with some damage.</summary>
    /// <param name="texts">What was well formed.</param>
    /// <param name="pieces">What may be put in.</param>
    public static Arbitrary<string> Of(string[] texts, string[] pieces) =>
        Gen.Elements(texts).SelectMany(text => Blow(text.Length, pieces).ListOf(8).Select(blows => blows.Aggregate(text, Struck))).ToArbitrary();

    private static Gen<(int Kind, int At, int Length, int To, string Piece)> Blow(int length, string[] pieces) =>
        Gen.Choose(0, 5).SelectMany(kind => Gen.Choose(0, length).SelectMany(at => Gen.Choose(0, 60).SelectMany(cut => Gen.Choose(0, length).SelectMany(to =>
            Gen.Elements(pieces).Select(piece => (kind, at, cut, to, piece))))));

    private static string Struck(string text, (int Kind, int At, int Length, int To, string Piece) blow)
    {
        var at = Math.Min(blow.At, text.Length);
        var cut = text.Substring(at, Math.Min(blow.Length, text.Length - at));
        return blow.Kind switch
        {
            0 => text.Remove(at, cut.Length),
            1 or 2 => text.Insert(at, blow.Piece),
            3 => text.Insert(Math.Min(blow.To, text.Length), cut),
            4 when text.Length > at => text.Remove(at, 1).Insert(at, blow.Piece),
            _ => blow.To % 4 == 0 ? text[..at] : text,
        };
    }
}
