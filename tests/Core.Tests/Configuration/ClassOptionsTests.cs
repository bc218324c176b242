using Dashboard.Core.Configuration.Classes;
using Dashboard.Core.Configuration.Options;

namespace Dashboard.Core.Tests.Configuration;

/// <summary>Options that name classes, and what those bring in.</summary>
public sealed class ClassOptionsTests
{
    private const string Socorro = """
        [resource]
            [[box]]
            bucket_name=shared
        [secrets]
            [[box]]
            secret_key=hunter2
        [destination]
        crashstorage_class=socorro.external.crashstorage_base.PolyCrashStorage
        storage_classes=socorro.external.boto.crashstorage.BotoS3CrashStorage, BoxCrate, FallbackCrate
            [[storage1]]
            bucket_name=own
            timeout=9s
            [[storage2]]
                [[[primary]]]
                storage_class=BoxCrate
                bucket_name=deep
        """;

    [Fact]
    public async Task A_tree_of_classes_is_made_as_a_file_of_Socorro_says_each_with_what_its_own_section_or_the_shared_one_says()
    {
        var reading = Crates.ReadIni(Socorro);
        await using var maker = new ClassMaker(new NoServices());

        Assert.Empty(reading.Faults.Concat(reading.Warnings));
        var poly = Assert.IsType<Crates.PolyCrate>(maker.Make<Crates.Crate>(reading.Section("destination"), "crashstorage_class"));
        var first = Assert.IsType<Crates.BoxCrate>(poly.Inner[0]);
        var second = Assert.IsType<Crates.BoxCrate>(poly.Inner[1]);
        var third = Assert.IsType<Crates.FallbackCrate>(poly.Inner[2]);
        Assert.Equal(("shared", "hunter2", TimeSpan.FromSeconds(3)), (first.Bucket, first.Key, first.Timeout));
        Assert.Equal(("own", "hunter2", TimeSpan.FromSeconds(9)), (second.Bucket, second.Key, second.Timeout));
        Assert.Equal("deep", Assert.IsType<Crates.BoxCrate>(third.Primary).Bucket);
        Assert.IsType<Crates.NullCrate>(third.Fallback);
        Assert.Equal(6, maker.Made.Count);
    }

    [Fact]
    public void What_a_class_brings_says_where_it_is_from_and_hides_its_secret()
    {
        var reading = Crates.ReadIni(Socorro);
        var shared = reading.Find("destination:storage0:bucket_name")!;

        Assert.Equal(("x.ini:3", "resource:box:bucket_name"), (shared.Origin.ToString(), shared.SharedPath));
        Assert.Equal("x.ini:11", reading.Find("destination:storage1:bucket_name")!.Origin.ToString());
        Assert.Equal(("•••", "hunter2"), (reading.Find("destination:storage0:secret_key")!.Shown, reading.Find("destination:storage0:secret_key")!.Text));
        Assert.DoesNotContain("hunter2", string.Join(' ', reading.Options.Select(option => $"{option} {option.Shown}")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_one_class_cannot_be_made_all_that_were_made_before_it_are_disposed_of_once()
    {
        var reading = Crates.ReadIni("""
            [destination]
            crashstorage_class=PolyCrate
            storage_classes=NullCrate, NullCrate, BoxCrate
                [[storage2]]
                bucket_name=unbuildable
            """);
        var maker = new ClassMaker(new NoServices());

        var thrown = Assert.Throws<ClassMakingException>(() => maker.Make<Crates.Crate>(reading.Section("destination"), "crashstorage_class"));
        var made = maker.Made.Cast<Crates.Crate>().ToList();
        await maker.DisposeAsync();
        await maker.DisposeAsync();

        Assert.Equal("destination:storage2: BoxCrate could not be made: no such box", thrown.Message);
        Assert.Equal([1, 1], made.Select(crate => crate.Disposals));
    }

    [Fact]
    public void A_name_that_is_not_in_the_registry_makes_nothing_whatever_it_is_the_name_of()
    {
        var reading = Crates.ReadIni("[destination]\ncrashstorage_class=System.Diagnostics.Process\n");

        Assert.Equal(
            "x.ini:2: destination:crashstorage_class = 'System.Diagnostics.Process', which is no class that may be named. Expected: one of BoxCrate, FallbackCrate, NullCrate, PolyCrate.",
            Assert.Single(reading.Faults).ToString());
        Assert.Null(reading.Section("destination").Class("crashstorage_class"));
    }

    [Fact]
    public void Classes_within_themselves_without_end_are_refused()
    {
        var (text, path) = ("[destination]\ncrashstorage_class=FallbackCrate\n", "");
        for (var depth = 2; depth < 40; depth++)
        {
            path = path.Length == 0 ? "primary" : $"{path}.primary";
            text += $"{path}.storage_class=FallbackCrate\n";
        }

        Assert.Contains(Crates.ReadIni(text).Faults, fault => fault.Found.EndsWith("within 16 others", StringComparison.Ordinal));
    }

    [Fact]
    public void One_name_cannot_mean_two_classes() =>
        Assert.Throws<ArgumentException>(() => Crates.Registry().Add<Crates.Crate, Crates.NullCrate>());

    [Fact]
    public void A_folder_of_plugins_brings_the_classes_of_its_assemblies_and_tells_what_is_none()
    {
        var folder = Directory.CreateTempSubdirectory("dashboard-plugins-");
        try
        {
            File.Copy(typeof(PluginSample).Assembly.Location, Path.Combine(folder.FullName, "Sample.dll"));
            File.WriteAllText(Path.Combine(folder.FullName, "Broken.dll"), "no assembly");
            var registry = new ClassRegistry();

            var faults = PluginFolder.Load(folder.FullName, registry);

            Assert.Equal("no assembly of .NET", Assert.Single(faults).Found);
            var loaded = registry.Find(typeof(IFormattable), "an.alias.of.PluginSample")!;
            Assert.Equal(("PluginSample", "Sample.dll"), (loaded.Name, loaded.Plugin));
            Assert.NotSame(typeof(PluginSample), loaded.Type);
            Assert.Equal("from a plug-in: 7", loaded.Build(SectionValues.Of("x", loaded.Options, ("number", "7")), new ClassMaker(new NoServices())).ToString());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_plugin_that_fails_in_its_own_way_is_told_with_its_file_and_does_not_end_the_program()
    {
        var folder = Directory.CreateTempSubdirectory("dashboard-plugins-");
        try
        {
            File.Copy(typeof(PluginSample).Assembly.Location, Path.Combine(folder.FullName, "Sample.dll"));
            AppContext.SetSwitch(PluginSample.Fails, true);

            var fault = Assert.Single(PluginFolder.Load(folder.FullName, new ClassRegistry()));

            Assert.Equal((Path.Combine(folder.FullName, "Sample.dll"), "made for another version"), (fault.File, fault.Found));
        }
        finally
        {
            AppContext.SetSwitch(PluginSample.Fails, false);
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_folder_of_plugins_that_everybody_may_write_is_refused_whole()
    {
        var folder = Directory.CreateTempSubdirectory("dashboard-plugins-");
        try
        {
            File.Copy(typeof(PluginSample).Assembly.Location, Path.Combine(folder.FullName, "Sample.dll"));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(folder.FullName, File.GetUnixFileMode(folder.FullName) | UnixFileMode.OtherWrite);
            }

            var registry = new ClassRegistry();

            Assert.Equal("a folder everybody may write", Assert.Single(PluginFolder.Load(folder.FullName, registry)).Found);
            Assert.Empty(registry.All);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}

/// <summary>What a plug-in's assembly might hold; the assembly of these tests is loaded as one.</summary>
[LoadableClass("an.alias.of.PluginSample")]
public sealed class PluginSample(long number) : IFormattable, ILoadable<IFormattable>
{
    /// <summary>The switch of the program by which it fails when it is asked what it can be told: a program has one set of them, whatever loaded the class.</summary>
    public const string Fails = "Dashboard.Tests.PluginSampleFails";

    /// <inheritdoc/>
    public static IReadOnlyList<OptionDefinition> Options => AppContext.TryGetSwitch(Fails, out var fails) && fails ? throw new NotSupportedException("made for another version") : [Option.Whole("number", "A number.", 1)];

    /// <inheritdoc/>
    public static IFormattable Build(SectionValues section, ClassMaker maker)
    {
        ArgumentNullException.ThrowIfNull(section);
        return new PluginSample(section.WholeOf("number"));
    }

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public override string ToString() => $"from a plug-in: {number}";
}
