using Dashboard.Core.Configuration;
using Dashboard.Core.Configuration.Classes;
using Dashboard.Core.Configuration.Layers;
using Dashboard.Core.Configuration.Options;
using Dashboard.Core.Configuration.Readings;

namespace Dashboard.Core.Tests.Configuration;

/// <summary>A small program with every kind of option, and classes in the manner of crash stores.</summary>
internal static class Crates
{
    public enum Colour
    {
        Red,
        Green,
        Blue,
    }

    public static OptionCatalog Catalog() => new OptionCatalog(Registry())
        .Add(AdminOptions.Section)
        .Add(new OptionSection("server", "A server.",
        [
            Option.Text("host", "Its name.", "localhost"),
            Option.Whole("port", "Its port.", 5_432, 1, 65_535),
            Option.Length("timeout", "How long it may take.", TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)),
            Option.Number("ratio", "A share.", 0.5, 0, 1),
            Option.Truth("verbose", "Whether it says much.", otherwise: false),
            Option.List("tags", "Words.", "a", "b") with { Most = 5 },
            Option.Choice<Colour>("colour", "Its colour.", Colour.Red),
            Option.Path("folder", "Its folder."),
            Option.Address("endpoint", "Its address."),
            Option.Secret("password", "Its password."),
            Option.Text("note", "Anything."),
        ]))
        .Add(new OptionSection("hosts:*", "Any number of hosts.", [Option.Text("name", "Its name."), Option.Whole("weight", "How much of it.", 1)]))
        .Add(new OptionSection("destination", "Where things go.", [Option.Class<Crate>("crashstorage_class", "What they go into.")]))
        .PassThrough("Logging", "The framework's.");

    public static ClassRegistry Registry() => new ClassRegistry().Add<Crate, NullCrate>().Add<Crate, BoxCrate>().Add<Crate, PolyCrate>().Add<Crate, FallbackCrate>();

    public static ConfigurationReading Read(params Layer[] layers) => ConfigurationResolver.Resolve(Catalog(), layers);

    public static ConfigurationReading ReadIni(string text) => Read(SettingsFile.ReadText(text, "x.ini"));

    public abstract class Crate : IAsyncDisposable
    {
        public int Disposals { get; private set; }

        public ValueTask DisposeAsync()
        {
            Disposals++;
            GC.SuppressFinalize(this);
            return ValueTask.CompletedTask;
        }
    }

    [LoadableClass("socorro.external.crashstorage_base.NullCrashStorage", Doc = "Keeps nothing.")]
    public sealed class NullCrate : Crate, ILoadable<Crate>
    {
        public static IReadOnlyList<OptionDefinition> Options => [];

        public static Crate Build(SectionValues section, ClassMaker maker) => new NullCrate();
    }

    [LoadableClass("socorro.external.boto.crashstorage.BotoS3CrashStorage", Doc = "Keeps things in a box.")]
    public sealed class BoxCrate(string bucket, string? key, TimeSpan timeout) : Crate, ILoadable<Crate>
    {
        public static IReadOnlyList<OptionDefinition> Options { get; } =
        [
            Option.Text("bucket_name", "The box.") with { IsRequired = true, SharedFrom = "resource:box" },
            Option.Secret("secret_key", "The key of the box.") with { SharedFrom = "secrets:box" },
            Option.Length("timeout", "How long a box may take.", TimeSpan.FromSeconds(3)),
        ];

        public string Bucket { get; } = bucket;

        public string? Key { get; } = key;

        public TimeSpan Timeout { get; } = timeout;

        public static Crate Build(SectionValues section, ClassMaker maker) =>
            section.TextOf("bucket_name") == "unbuildable" ? throw new InvalidOperationException("no such box") : new BoxCrate(section.TextOf("bucket_name"), section.Text("secret_key"), section.LengthOf("timeout"));
    }

    [LoadableClass("socorro.external.crashstorage_base.PolyCrashStorage")]
    public sealed class PolyCrate(IReadOnlyList<Crate> inner) : Crate, ILoadable<Crate>
    {
        public static IReadOnlyList<OptionDefinition> Options { get; } = [Option.Classes<Crate>("storage_classes", "Each of them.", "storage{0}:crashstorage_class")];

        public IReadOnlyList<Crate> Inner { get; } = inner;

        public static Crate Build(SectionValues section, ClassMaker maker) => new PolyCrate(maker.MakeAll<Crate>(section, "storage_classes"));
    }

    [LoadableClass("socorro.external.crashstorage_base.FallbackCrashStorage")]
    public sealed class FallbackCrate(Crate primary, Crate fallback) : Crate, ILoadable<Crate>
    {
        public static IReadOnlyList<OptionDefinition> Options { get; } =
        [
            Option.Class<Crate>("primary:storage_class", "The first.", "NullCrate"),
            Option.Class<Crate>("fallback:storage_class", "The other.", "NullCrate"),
        ];

        public Crate Primary { get; } = primary;

        public Crate Fallback { get; } = fallback;

        public static Crate Build(SectionValues section, ClassMaker maker) => new FallbackCrate(maker.Make<Crate>(section, "primary:storage_class"), maker.Make<Crate>(section, "fallback:storage_class"));
    }
}
