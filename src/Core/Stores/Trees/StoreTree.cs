using System.Security.Cryptography;
using System.Text;
using Dashboard.Core.Configuration.Classes;
using Dashboard.Core.Configuration.Layers;
using Dashboard.Core.Configuration.Options;
using Dashboard.Core.Configuration.Readings;
using Dashboard.Core.Stores.Composites;
using Dashboard.Core.Stores.Health;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Stores.Trees;

/// <summary>
/// The crash stores as a configuration chooses them: <c>destination:crashstorage_class</c> names the store crashes are kept in, which may be made of others
/// (<c>destination:storage0:crashstorage_class</c>, <c>destination:primary:storage_class</c>), each with options of its own; <c>source:crashstorage_class</c> names where new crashes come from.
/// It never changes: another configuration makes another one, and a <see cref="Configuration.Generations.GenerationHolder{T}"/> exchanges them.
/// </summary>
public sealed class StoreTree : IAsyncDisposable
{
    /// <summary>The option that names the class of a store.</summary>
    public const string ClassOption = "crashstorage_class";

    /// <summary>The section of where crashes are kept.</summary>
    public const string DestinationSection = "destination";

    /// <summary>The section of where new crashes come from.</summary>
    public const string SourceSection = "source";

    private StoreTree(ICrashStore? source, ICrashStore? destination, IReadOnlyList<StoreLeaf> leaves, string fingerprint)
    {
        (Source, Destination, Leaves, Fingerprint) = (source, destination, leaves, fingerprint);
        Shape = [.. ((IEnumerable<ICrashStore?>)[source, destination]).OfType<ICrashStore>().Select(Node)];
    }

    /// <summary>Where new crashes come from; null when that is not configured.</summary>
    public ICrashStore? Source { get; }

    /// <summary>Where crashes are kept; null when that is not configured.</summary>
    public ICrashStore? Destination { get; }

    /// <summary>The stores that talk to something, those of the source first, each in the order of the configuration.</summary>
    public IReadOnlyList<StoreLeaf> Leaves { get; }

    /// <summary>The tree for people: the source and the destination, as far as there are such.</summary>
    public IReadOnlyList<StoreNode> Shape { get; }

    /// <summary>The same for two configurations that say the same of stores. Says nothing of what is in them.</summary>
    public string Fingerprint { get; }

    /// <summary>The options of both sections.</summary>
    public static IEnumerable<OptionSection> Sections =>
    [
        new(DestinationSection, "Where crashes are kept: a store, or one that is made of others. Its class brings its own options into this section; a reload exchanges the whole tree alive.",
            [Option.Class<ICrashStore>(ClassOption, "The store crashes are kept in; empty when this program keeps none.")]),
        new(SourceSection, "Where new crashes come from. When both are there, each new crash is moved to the destination and answered for when it is kept there.",
            [Option.Class<ICrashStore>(ClassOption, "The store that hands out new crashes; empty for none.")]),
    ];

    /// <summary>Makes the tree of a configuration. Nothing is opened by it.</summary>
    /// <param name="reading">The configuration.</param>
    /// <param name="services">The services of the program.</param>
    /// <exception cref="ClassMakingException">A class could not be made; what was made before it is gone again.</exception>
    public static async Task<StoreTree> BuildAsync(ConfigurationReading reading, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(reading);
        var leaves = new List<StoreLeaf>();
        var (uses, clock) = (services.GetService<StoreUses>() ?? new StoreUses(), services.GetService<TimeProvider>() ?? TimeProvider.System);
        var meter = services.GetService<StoreMeter>() ?? new StoreMeter(clock);
        var maker = new ClassMaker(services)
        {
            Around = (made, configured) =>
            {
                if (made is not ICrashStore store)
                {
                    return made;
                }

                // Every level: what a store of several takes is not what any of them takes.
                var metered = new MeteredStore(store, meter);
                if (made is CompositeStore)
                {
                    return metered;
                }

                leaves.Add(new StoreLeaf(metered, configured, FingerprintOf(configured.Section)));
                return new UsedStore(metered, uses.Of(store.Resource), clock);
            },
        };
        try
        {
            var (source, destination) = (Make(SourceSection), Make(DestinationSection));
            return new StoreTree(source, destination, leaves, FingerprintOf(reading));
        }
        catch
        {
            await maker.DisposeAsync();
            throw;
        }

        ICrashStore? Make(string section) => reading.Section(section).Class(ClassOption) is { } configured ? maker.Make<ICrashStore>(configured) : null;
    }

    /// <summary>Why a tree cannot be made of a configuration; null when it can. What is made for that is gone again.</summary>
    public static async Task<string?> RefusalAsync(ConfigurationReading reading)
    {
        try
        {
            await using var tree = await BuildAsync(reading, NoServices.Instance);
            return null;
        }
        catch (ClassMakingException cause)
        {
            return cause.Message;
        }
    }

    /// <summary>What two configurations must have in common for the same tree.</summary>
    public static string FingerprintOf(ConfigurationReading reading)
    {
        ArgumentNullException.ThrowIfNull(reading);
        return Hash(reading.Options.Where(option => OptionPath.IsBelow(option.Path, SourceSection) || OptionPath.IsBelow(option.Path, DestinationSection)).Select(option => $"{option.Path}={option.Canonical}"));
    }

    /// <summary>The store of a resource; null when the tree has none. Calls of it are not counted as use.</summary>
    public ICrashStore? Find(string resource) => Leaves.FirstOrDefault(leaf => leaf.Resource == resource)?.Store;

    /// <summary>Closes all of it; a part that fails keeps no other open.</summary>
    /// <exception cref="AggregateException">Some did not close.</exception>
    public async ValueTask DisposeAsync()
    {
        List<Exception> failures = [];
        foreach (var root in ((IEnumerable<ICrashStore?>)[Source, Destination]).OfType<ICrashStore>())
        {
            try
            {
                await root.DisposeAsync();
            }
            catch (Exception cause)
            {
                failures.Add(cause);
            }
        }

        if (failures.Count > 0)
        {
            throw new AggregateException("Not every crash store could be closed.", failures);
        }
    }

    private static StoreNode Node(ICrashStore store) => store switch
    {
        UsedStore used => Node(used.Bare),
        MeteredStore metered => Node(metered.Inner),
        CompositeStore composite => new StoreNode(composite.Name, composite.GetType().Name, null, [.. composite.Parts.Select(Node)]),
        _ => new StoreNode(store.Name, store.GetType().Name, store.Resource, []),
    };

    private static string FingerprintOf(SectionValues section) => Hash(section.All.Where(value => value.Classes.Count == 0).Select(value => $"{value.Option.Name}={value.Value}"));

    // A hash, for secrets are among it.
    private static string Hash(IEnumerable<string> lines) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines.Order(StringComparer.Ordinal)))));
}

/// <summary>A store of a tree that is not made of others.</summary>
/// <param name="Store">The store with its meter round it, and nothing else: calls of it are not counted as use.</param>
/// <param name="Configured">What it was made of.</param>
/// <param name="Fingerprint">The same for two stores that were told the same.</param>
public sealed record StoreLeaf(ICrashStore Store, ConfiguredClass Configured, string Fingerprint)
{
    /// <summary>Its place in the configuration, <c>destination:storage1</c>.</summary>
    public string Place => Store.Name;

    /// <summary>What it talks to.</summary>
    public string Resource => Store.Resource;

    /// <summary>Whether another one is told the same and is the same class.</summary>
    public bool IsAs(StoreLeaf other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Configured.Class.Type == other.Configured.Class.Type && Fingerprint == other.Fingerprint;
    }
}

/// <summary>A store of a tree as people see it.</summary>
/// <param name="Place">Its place in the configuration.</param>
/// <param name="Class">Its class, <c>PolyStore</c>.</param>
/// <param name="Resource">What it talks to; null when it is made of others.</param>
/// <param name="Parts">What it is made of, in order.</param>
public sealed record StoreNode(string Place, string Class, string? Resource, IReadOnlyList<StoreNode> Parts)
{
    /// <summary>In one line: <c>PolyStore(files /srv/crashes, s3 crashes@ceph:7480)</c>.</summary>
    public override string ToString() => Resource ?? $"{Class}({string.Join(", ", Parts)})";

    /// <summary>Whether each save reaches both stores. What is saved into only when another one fails, or on some days, is not reached by each.</summary>
    public bool SavesInto(string one, string other) => IsReached(one) && IsReached(other);

    /// <summary>Under which name what is asked of it is counted.</summary>
    public string CountedAs() => Resource ?? Place;

    /// <summary>It and what it is made of, all the way down.</summary>
    public IEnumerable<StoreNode> All() => Parts.SelectMany(part => part.All()).Prepend(this);

    /// <summary>Whether a store is in it.</summary>
    public bool Keeps(string resource) => Resource == resource || Parts.Any(part => part.Keeps(resource));

    private bool IsReached(string resource) => Resource == resource || (Class is nameof(PolyStore) or nameof(BenchmarkingStore) && Parts.Any(part => part.IsReached(resource)));
}
