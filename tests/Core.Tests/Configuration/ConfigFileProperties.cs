using Dashboard.Core.Configuration;
using Dashboard.Kit;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Dashboard.Core.Tests.Configuration;

/// <summary>What holds for any text whatever.</summary>
public sealed class ConfigFileProperties
{
    private static readonly string[] Recorded = [.. new[] { "crontabber.ini", "crontabber-dumped.ini" }.Select(name => File.ReadAllText(Path.Combine(Fixtures.Folder("config"), name)))];

    private static readonly string[] Pieces =
    [
        "[", "]", "[[", "]]", "[a]", "[[b]]", "a", "b", " ", "\t", "=", "'", "\"", "'''", "\"\"\"", ",", ";", "#", "\n", "\r\n", "\\n", "|", "1h", "jobs", "+include", "+include x", "#+include ", "\0", "\uFEFF", "\uD800", "é",
    ];

    [Property(MaxTest = 2_000)]
    public void Any_text_is_read(string? text) => AssertSound(text ?? "");

    [Property(MaxTest = 5_000)]
    public Property Pieces_of_the_dialect_in_any_order_are_read() => Prop.ForAll(Gen.Elements(Pieces).ArrayOf().ToArbitrary(), pieces => AssertSound(string.Concat(pieces)));

    [Property(MaxTest = 500)]
    public Property The_recorded_files_are_read_however_they_are_damaged() => Prop.ForAll(Damage.Of(Recorded, Pieces), AssertSound);

    [Property(MaxTest = 1_000)]
    public Property What_is_written_in_quotes_is_what_is_read() => Prop.ForAll(
        Gen.Elements("a", "b", " ", "#", ",", "=", "[x]", "'", ";", "\\", "é", "\t").ArrayOf().Select(string.Concat).ToArbitrary(),
        value =>
        {
            var file = ConfigFile.ReadText($"[one]\nkey = \"{value}\" # comment\nnext = 1", "x.ini");
            return file.Faults.Count == 0 && file.Root.Section("one")!.Value("key")!.Text == value && file.Root.Section("one")!.Value("next")!.Text == "1";
        });

    // The limits of the reader, and that each value lies on a line that is there and begins as it says.
    private static void AssertSound(string text)
    {
        // A name in a folder that is not there: an include finds nothing.
        var file = ConfigFile.ReadText(text, "no-such-folder/x.ini");

        var lines = (text.StartsWith('\uFEFF') ? text[1..] : text).Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n', '\r');
        Assert.InRange(file.Faults.Count, 0, FaultList.Most + 1);
        Assert.All(file.Faults, fault => Assert.InRange(fault.Line ?? 1, 1, lines.Length));
        Assert.All(file.Faults, fault => Assert.InRange(fault.ToString().Length, 0, 2_000));
        AssertSound(file.Root, lines);
    }

    private static void AssertSound(ConfigSection section, string[] lines)
    {
        Assert.Distinct(section.Values.Select(value => value.Key).Concat(section.Sections.Select(child => child.Name)));
        foreach (var value in section.Values)
        {
            Assert.InRange(value.Line, 1, lines.Length);
            Assert.Contains(value.Key, lines[value.Line - 1], StringComparison.Ordinal);
            Assert.True(value.IsList || value.Parts.Count == 1);
        }

        foreach (var child in section.Sections)
        {
            Assert.Equal(section.Depth + 1, child.Depth);
            Assert.Contains(child.Name, lines[child.Line - 1], StringComparison.Ordinal);
            AssertSound(child, lines);
        }
    }
}
