using Dashboard.Core.Configuration;
using Dashboard.Core.Configuration.Layers;
using Dashboard.Core.Configuration.Options;
using Dashboard.Core.Configuration.Readings;
using Dashboard.Core.Configuration.Writing;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Dashboard.Core.Tests.Configuration;

/// <summary>What was written is read back as the same, whatever the values are.</summary>
public sealed class SettingsDumpProperties
{
    private static readonly string[] Texts =
        ["", " ", "a", "a b", "a, b", "#a", "a # b", "'", "\"", "it's", "say \"a\"", "'a' \"b\"", "'''", "\"\"\"", "[", "]", "[x]", "a=b", "=", ";a", "a\nb", "a\n b\n", "\n", "x\n#+include ./y", "+include ./y", "\\n", "\\", "é", "日本", "\t", "a\t", "${x}", "%(x)s", "\u0001", "a\r\nb", "None", "true", "null"];

    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.Elements(Texts),
        Gen.Elements(Texts).ArrayOf(3).Select(string.Concat),
        ArbMap.Default.GeneratorFor<NonNull<string>>().Select(text => text.Get));

    private static readonly Gen<LayerValue[]> Values = ((Gen<LayerValue?>[])
    [
        Value("server:host", Text), Value("server:note", Text), Value("server:password", Text), Value("server:folder", Gen.Elements("/a", "b c", "d,e", "f#g")),
        Value("server:port", Gen.Choose(1, 65_535).Select(port => port.ToString())), Value("server:ratio", Gen.Choose(0, 1_000).Select(share => (share / 1_000.0).ToString("R"))),
        Value("server:verbose", Gen.Elements("yes", "No", "1", "off", "TRUE")), Value("server:timeout", Gen.Elements("1s", "90", "00:01:30", "0.5m", "1500ms")),
        Value("server:colour", Gen.Elements("red", "GREEN")), Value("server:endpoint", Gen.Elements("http://a/", "https://example.org:9/x?y=z#w")),
        Value("hosts:a:name", Text), Value("hosts:b c:weight", Gen.Elements("1", "7")), Value("Logging:LogLevel:Microsoft.AspNetCore", Gen.Elements("Warning", "a, b")),
        Items,
    ]).Aggregate(Gen.Constant(Array.Empty<LayerValue>()), (all, one) => all.SelectMany(values => one.Select(value => value is null ? values : (LayerValue[])[.. values, value])));

    private static Gen<LayerValue?> Items => Gen.OneOf(
        Gen.Constant<LayerValue?>(null),
        Text.Where(text => text.All(letter => !char.IsSurrogate(letter))).ListOf().Where(list => list.Count <= 5).Select(list => (LayerValue?)new LayerValue("server:tags", "", At) { Items = [.. list] }));

    private static Origin At => new(LayerKind.CommandLine, "--x");

    [Property(MaxTest = 1_500)]
    public Property Json_reads_back_as_the_same() => Prop.ForAll(Values.ToArbitrary(), values =>
    {
        var reading = Crates.Read(new Layer(LayerKind.CommandLine, "", values));
        var (open, secrets) = SettingsDump.Texts(reading, "x.json", "x.secrets.json");
        var back = Crates.Read([SettingsFile.ReadText(open, "x.json"), .. secrets is null ? Array.Empty<Layer>() : [SettingsFile.ReadText(secrets, "y.json")]]);
        return Same(reading, back, exact: values.All(value => value.Text.All(letter => !char.IsSurrogate(letter))));
    });

    [Property(MaxTest = 400)]
    public Property A_dumped_ini_with_the_secrets_it_includes_reads_back_as_the_same_or_is_not_written() => Prop.ForAll(Values.ToArbitrary(), values =>
    {
        var reading = Crates.Read(new Layer(LayerKind.CommandLine, "", values));
        var folder = Directory.CreateTempSubdirectory("dashboard-dump-");
        try
        {
            var path = Path.Combine(folder.FullName, "x.ini");
            SettingsDump.WriteAsync(reading, Crates.Catalog(), path, CancellationToken.None).GetAwaiter().GetResult();
            return Same(reading, Crates.Read(SettingsFile.Read(path)), exact: true) && !File.ReadLines(path).Any(line => line.TrimStart().StartsWith("password=", StringComparison.Ordinal));
        }
        catch (SettingsDumpException)
        {
            return folder.GetFileSystemInfos().Length == 0 && values.Any(value => !IniCanSay(value));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    });

    [Property(MaxTest = 2_000)]
    public Property A_text_in_ini_is_read_as_it_was_when_it_can_be_written_at_all() => Prop.ForAll(Text.ToArbitrary(), text =>
        IniText.Of(text) is not { } written || ConfigFile.ReadText($"a={written}\nb=1\n", "x.ini") is { Faults.Count: 0 } file && file.Root.Value("a")!.Text == text && file.Root.Value("b")!.Text == "1");

    [Property(MaxTest = 2_000)]
    public Property A_list_is_read_as_it_was() => Prop.ForAll(Text.Where(text => text.All(letter => !char.IsSurrogate(letter))).ListOf().ToArbitrary(), list =>
        ((IReadOnlyList<string>)OptionText.Parse(Option.List("x", ""), OptionText.OfList([.. list]), out _)!).SequenceEqual(list));

    [Property(MaxTest = 1_000)]
    public Property A_length_is_read_as_it_was() => Prop.ForAll(Gen.Choose(0, int.MaxValue).Select(ticks => TimeSpan.FromTicks(ticks * 1_000L)).ToArbitrary(), length =>
        (TimeSpan)OptionText.Parse(Option.Length("x", ""), OptionText.OfLength(length), out _)! == length);

    [Property(MaxTest = 500)]
    public Property Print_outs_hold_no_secret_and_every_option() => Prop.ForAll(Values.ToArbitrary(), values =>
    {
        const string Secret = "hunter2-and-more";
        var reading = Crates.Read(new Layer(LayerKind.CommandLine, "", [.. values.Where(value => value.Path != "server:password"), new LayerValue("server:password", Secret, At)]));
        return new[] { "ini", "json", "env" }.All(format => SettingsPrint.Of(reading, format) is var text && !text.Contains(Secret, StringComparison.Ordinal) && text.Contains("colour", StringComparison.Ordinal));
    });

    private static Gen<LayerValue?> Value(string path, Gen<string> text) => Gen.OneOf(Gen.Constant<LayerValue?>(null), text.Select(each => (LayerValue?)new LayerValue(path, each, At)));

    private static bool IniCanSay(LayerValue value) =>
        value.Items is null ? IniText.Of(value.Text) is { } written && !value.Text.Any(char.IsSurrogate) && ConfigFile.ReadText($"a={written}\n", "x.ini").Root.Value("a")?.Text == value.Text : !value.Items.Any(item => item.Any(char.IsSurrogate));

    private static bool Same(ConfigurationReading reading, ConfigurationReading back, bool exact) =>
        !exact || (back.Faults.Count == 0
            && reading.Options.All(option => back.Find(option.Path) is { } other && other.Canonical == option.Canonical && other.IsDefault == option.IsDefault)
            && reading.Others.All(other => back.Others.Any(each => each.Path == other.Path && each.Text == other.Text)));
}
