using Dashboard.Core.Configuration.Layers;
using Dashboard.Kit;

namespace Dashboard.Core.Tests.Configuration;

/// <summary>Files with one thing wrong in each: what is told names the file, the line, what stands there and what was expected.</summary>
public sealed class BrokenFilesTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Configuration", "Broken");

    public static TheoryData<string, string, string, string> Broken => [.. File.ReadAllLines(Path.Combine(Folder, "expected.tsv")).Select(line => line.Split('\t')).Select(cells => (cells[0], cells[1], cells[2], cells[3]))];

    [Theory]
    [MemberData(nameof(Broken))]
    public void Each_is_told_with_its_file_and_line_and_what_was_expected(string file, string place, string found, string expected)
    {
        var reading = Crates.Read(SettingsFile.Read(Path.Combine(Folder, file)));

        Assert.False(reading.IsUsable);
        var fault = reading.Faults[0];
        Assert.Equal(place, Path.GetFileName(fault.Place));
        Assert.Contains(found, fault.Found, StringComparison.Ordinal);
        Assert.Contains(expected, fault.Expected, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void There_are_at_least_forty_and_none_lies_there_unread() =>
        Assert.Equal(
            Directory.EnumerateFiles(Folder).Select(Path.GetFileName).Where(name => name != "expected.tsv").Order(StringComparer.Ordinal),
            Broken.Select(row => row.Data.Item1).Order(StringComparer.Ordinal).ToList() is { Count: >= 40 } names ? names : []);

    [Theory]
    [InlineData("crontabber.ini")]
    [InlineData("crontabber-dumped.ini")]
    public void What_crontabber_itself_was_configured_with_is_read_whole_and_what_is_no_option_here_is_said_line_by_line(string file)
    {
        var reading = Crates.Read(SettingsFile.Read(Path.Combine(Fixtures.Folder("config"), file)));

        Assert.Empty(reading.Faults);
        Assert.NotEmpty(reading.Warnings);
        Assert.All(reading.Warnings, warning => Assert.True(warning.Line > 0 && warning.File.EndsWith(file, StringComparison.Ordinal)));
        Assert.Contains(reading.Warnings, warning => warning.Found == "'crontabber:jobs', which is no option");
    }
}
