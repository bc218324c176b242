using System.Diagnostics;
using Dashboard.Core.Configuration;
using Dashboard.Core.Configuration.Layers;

namespace Dashboard.Core.Tests.Configuration;

public sealed class ConfigFileTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-config-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("key = value", "value")]
    [InlineData("key=value # comment", "value")]
    [InlineData("key=a#b", "a")]
    [InlineData("key = 'a # b' # c", "a # b")]
    [InlineData("key = \"it's\"", "it's")]
    [InlineData("key = 'say \"a\", then'", "say \"a\", then")]
    [InlineData("key = ''", "")]
    [InlineData("key =", "")]
    [InlineData("key = # nothing", "")]
    [InlineData("'key' = value", "value")]
    [InlineData("key = '''one''' # comment", "one")]
    [InlineData("key = '''one\n two # no comment\n'three''''", "one\n two # no comment\n'three'")]
    [InlineData("key = \"\"\"one\r\n\r\ntwo\"\"\"", "one\n\ntwo")]
    [InlineData("key = a=b", "a=b")]
    [InlineData("key = it's", "it's")]
    public void A_value_is_what_configobj_makes_of_it(string line, string expected)
    {
        var file = ConfigFile.ReadText(line, "x.ini");

        Assert.Empty(file.Faults);
        Assert.False(file.Root.Value("key")!.IsList);
        Assert.Equal(expected, file.Root.Value("key")!.Text);
    }

    [Theory]
    [InlineData("key = a, b", new[] { "a", "b" })]
    [InlineData("key = a,", new[] { "a" })]
    [InlineData("key = ,", new string[0])]
    [InlineData("key = 'a, b', c # d, e", new[] { "a, b", "c" })]
    public void Commas_outside_quotes_make_a_list(string line, string[] expected)
    {
        var value = ConfigFile.ReadText(line, "x.ini").Root.Value("key")!;

        Assert.True(value.IsList);
        Assert.Equal(expected, value.Parts);
    }

    [Fact]
    public void Sections_lie_within_sections_and_every_value_knows_its_line()
    {
        var file = ConfigFile.ReadText(
            """
            top=1
            [one] # comment
              [[two]]
                deep = '''
            first
            '''
                # nothing
                after = 2
            [ 'three ] 4' ]
            last = 3
            """,
            "x.ini");

        Assert.Empty(file.Faults);
        Assert.Equal(1, file.Root.Value("top")!.Line);
        var two = file.Root.Section("one")!.Section("two")!;
        Assert.Equal(("\nfirst\n", 4), (two.Value("deep")!.Text, two.Value("deep")!.Line));
        Assert.Equal(8, two.Value("after")!.Line);
        Assert.Equal("3", file.Root.Section("three ] 4")!.Value("last")!.Text);
    }

    [Theory]
    [InlineData("[one]\n[[[three]]]\nx=1\n[two]\ny=2", 2, "at most 2 brackets here")]
    [InlineData("[one\n[two]\ny=2", 1, "a [section], or a name = value")]
    [InlineData("[[one]\n[two]\ny=2", 1, "as many closing brackets as opening ones")]
    [InlineData("nonsense\n[two]\ny=2", 1, "a [section], or a name = value")]
    [InlineData("x='a\n[two]\ny=2", 1, "a quote that ends, and nothing after it but a comma or a comment")]
    [InlineData("x=a,,b\n[two]\ny=2", 1, "something between two commas")]
    [InlineData("x=1\nx=2\n[two]\ny=2", 2, "one value for it; that of line 1 is used")]
    [InlineData("[two]\ny=2\n[two]\nz=3", 3, "another name: this one is taken above")]
    [InlineData("x='''a''' b\n[two]\ny=2", 1, "nothing after the closing quotes but a comment")]
    public void What_is_wrong_is_told_with_its_line_and_the_rest_is_read(string text, int line, string expected)
    {
        var file = ConfigFile.ReadText(text, "x.ini");

        var fault = Assert.Single(file.Faults);
        Assert.Equal(("x.ini", line, expected), (fault.File, fault.Line, fault.Expected));
        Assert.Equal("2", file.Root.Section("two")!.Value("y")!.Text);
    }

    [Fact]
    public void Triple_quotes_that_never_end_are_one_fault_where_they_begin()
    {
        var file = ConfigFile.ReadText("a=1\nb='''x\nc=2\n", "x.ini");

        Assert.Equal((2, "''' at the end of the value; none follows"), (file.Faults.Single().Line, file.Faults.Single().Expected));
        Assert.Equal("1", file.Root.Value("a")!.Text);
    }

    [Fact]
    public void A_fault_never_shows_what_may_be_a_secret()
    {
        var file = ConfigFile.ReadText("[secrets]\npassword = 'hunter2\nSENTRY_DSN 'https://a:b@c", "x.ini");

        Assert.Equal(2, file.Faults.Count);
        Assert.All(file.Faults, fault => Assert.DoesNotContain("hunter2", fault.ToString(), StringComparison.Ordinal));
        Assert.All(file.Faults, fault => Assert.DoesNotContain("a:b", fault.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Includes_stand_in_their_place_with_their_own_file_and_line()
    {
        Write("sub/db.ini", "# comment\nhost=db\n+include more.ini");
        Write("sub/more.ini", "port=5432");
        var file = ConfigFile.Read(Write("app.ini", "[resource]\n[[postgresql]]\n  +include ./sub/db.ini\nuser=me"));

        Assert.Empty(file.Faults);
        var section = file.Root.Section("resource")!.Section("postgresql")!;
        Assert.Equal(["host=db", "port=5432", "user=me"], section.Values.Select(value => $"{value.Key}={value.Text}"));
        Assert.Equal(("db.ini", 2), (Path.GetFileName(section.Value("host")!.File), section.Value("host")!.Line));
        Assert.Equal(["app.ini", "db.ini", "more.ini"], file.Files.Select(Path.GetFileName));
    }

    [Fact]
    public void An_include_that_is_a_comment_to_configman_is_followed_where_it_is_there_and_gives_way_to_the_file_itself()
    {
        Write("common.ini", "host=common\nport=1\n[[below]]\nx=1");
        var path = Write("app.ini", "[a]\n#+include ./common.ini\n#+include ./missing.ini\nhost=own\n");

        var section = ConfigFile.Read(path).Root.Section("a")!;
        var strict = ConfigFile.Read(path, commentedIncludes: false);

        Assert.Equal("1", section.Value("port")!.Text);
        Assert.Equal(["host"], strict.Root.Section("a")!.Values.Select(value => value.Key));
        Assert.Empty(strict.Faults);
    }

    [Fact]
    public void A_missing_include_is_a_fault_of_the_line_that_names_it()
    {
        var file = ConfigFile.Read(Write("app.ini", "[a]\n+include ./missing.ini\nhost=own\n"));

        Assert.Equal((2, "'missing.ini' cannot be read: it is not there"), (file.Faults.Single().Line, file.Faults.Single().Found));
        Assert.Equal("own", file.Root.Section("a")!.Value("host")!.Text);
    }

    [Theory]
    [InlineData("settings.ini")]
    [InlineData("settings.json")]
    public void A_folder_is_said_to_be_one(string name)
    {
        var path = Directory.CreateDirectory(Path.Combine(folder.FullName, name)).FullName;

        var fault = SettingsFile.Read(path).Faults.Single();

        Assert.Equal((path, "a file this program may read"), (fault.File, fault.Expected));
        Assert.EndsWith("cannot be read: it is a folder", fault.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_circle_of_includes_is_told_once_and_followed_no_further()
    {
        Write("b.ini", "+include c.ini\nb=1");
        Write("c.ini", "+include ./b.ini\nc=1");
        var file = ConfigFile.Read(Write("a.ini", "+include b.ini\na=1"));

        Assert.Contains("b.ini → c.ini → b.ini", Assert.Single(file.Faults).Found, StringComparison.Ordinal);
        Assert.Equal(["c", "b", "a"], file.Root.Values.Select(value => value.Key));
    }

    [Fact]
    public void Hostile_files_cost_little_and_are_answered()
    {
        var began = Stopwatch.GetTimestamp();
        string[] hostile =
        [
            new('x', 8 << 20),
            "k = " + new string('\'', 4 << 20),
            "k = " + new string(',', 4 << 20),
            "k = " + string.Concat(Enumerable.Repeat("'a' b", 1 << 20)),
            new string('[', 4 << 20) + "x" + new string(']', 4 << 20 - 8),
            string.Concat(Enumerable.Range(0, 1_000_000).Select(i => $"[{i:x}]\n")),
            string.Concat(Enumerable.Repeat("'''\n", 1_000_000)),
            string.Concat(Enumerable.Repeat("x='''\n", 1_000_000)),
            string.Concat(Enumerable.Repeat("[[[[x]]]]\n", 500_000)),
            new('x', 9 << 20),
        ];

        foreach (var text in hostile)
        {
            var file = ConfigFile.ReadText(text, "x.ini");
            Assert.True(file.Faults.Count <= 101);
        }

        // Not a measurement: something that grows with the square would take hours here.
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(2));
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
