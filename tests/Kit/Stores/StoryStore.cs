using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Files;
using Dashboard.Core.Stores.S3;

namespace Dashboard.Kit.Stores;

/// <summary>A store as the story of a migration needs it: for the program by its settings, for commands by its address, and by hand.</summary>
public abstract class StoryStore
{
    /// <summary>As commands name it.</summary>
    public abstract string Address { get; }

    /// <summary>Its class in a configuration.</summary>
    public abstract string Class { get; }

    /// <summary>What its section says, a line each.</summary>
    public abstract IReadOnlyList<string> Lines { get; }

    /// <summary>The secrets commands need, for their environment.</summary>
    public virtual IReadOnlyDictionary<string, string?> Secrets { get; } = new Dictionary<string, string?>();

    /// <summary>Whether a save can end in the middle in it and leave the names of dumps that are not there.</summary>
    public virtual bool CanBeTorn => false;

    /// <summary>Opens it by hand.</summary>
    public abstract ICrashStore Open();

    /// <summary>Makes it ready to keep crashes.</summary>
    public abstract Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Makes saves of it fail, or go well again.</summary>
    public abstract Task BreakAsync(bool broken);

    /// <summary>What it did while it was broken, for people.</summary>
    public abstract string Trouble { get; }

    /// <summary>Takes one dump out of a crash behind the store's back, as a save that ended in the middle would leave it.</summary>
    public virtual Task TearAsync(CrashId id, string dump, CancellationToken cancellationToken) => throw new NotSupportedException("A crash cannot be torn in it.");
}

/// <summary>A file tree.</summary>
/// <param name="folder">Where.</param>
public sealed class StoryFiles(string folder) : StoryStore
{
    /// <inheritdoc/>
    public override string Address => $"files:{folder}";

    /// <inheritdoc/>
    public override string Class => "FileStore";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Lines => [$"fs_root={folder}"];

    /// <inheritdoc/>
    public override ICrashStore Open() => new FileStore(Address, new FileTree(folder), StoreContext.Silent);

    /// <inheritdoc/>
    public override Task PrepareAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override string Trouble => "was no folder";

    /// <summary>The folder goes elsewhere and a file stands in its place: every call fails, also for root.</summary>
    public override Task BreakAsync(bool broken)
    {
        var aside = $"{folder}.aside";
        if (broken)
        {
            Directory.Move(folder, aside);
            Until(() => File.WriteAllText(folder, "no folder"));
        }
        else
        {
            File.Delete(folder);
            Until(() => Directory.Move(aside, folder));
        }

        return Task.CompletedTask;

        // Between two steps a live save may make the folder anew: what it saved is taken along.
        void Until(Action step)
        {
            for (; ; )
            {
                try
                {
                    step();
                    return;
                }
                catch (Exception cause) when (cause is IOException or UnauthorizedAccessException && Directory.Exists(folder))
                {
                    Gather(aside);
                }
            }
        }
    }

    private void Gather(string into)
    {
        var anew = $"{folder}.anew";
        Directory.Move(folder, anew);
        foreach (var file in Directory.EnumerateFiles(anew, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(into, Path.GetRelativePath(anew, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Move(file, to, overwrite: true);
        }

        Directory.Delete(anew, recursive: true);
    }
}

/// <summary>A bucket of a real Ceph.</summary>
/// <param name="options">Which.</param>
/// <param name="folder">Where the script keeps the cluster: the disk daemon is stopped by its number there.</param>
/// <param name="front">What stands before it and refuses when told to; null when nothing does, and the disk freezes instead.</param>
public sealed class StoryBucket(S3Options options, string folder, FaultyGateway? front = null) : StoryStore
{
    /// <summary>Which bucket.</summary>
    public S3Options Options => options;

    /// <inheritdoc/>
    public override string Address => $"s3:http://{options.AccessKey}@{options.Endpoint.Authority}/{options.Bucket}";

    /// <inheritdoc/>
    public override string Class => "S3Store";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Lines =>
    [
        $"endpoint_url={options.Endpoint}",
        $"bucket_name={options.Bucket}",
        $"access_key={options.AccessKey}",
        $"secret_access_key={options.SecretKey}",

        // Not for long: what could not be saved is repaired.
        "backoff_delays=0.2, 0.2",
        "attempt_deadline=3",
    ];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string?> Secrets => new Dictionary<string, string?> { [$"StoreSecrets__{options.AccessKey}"] = options.SecretKey };

    /// <inheritdoc/>
    public override bool CanBeTorn => true;

    /// <inheritdoc/>
    public override ICrashStore Open() => new S3Store(
        Address, options, StoreContext.Silent,
        new() { TransactionExecutorClass = "TransactionExecutorWithInfiniteBackoff", BackoffDelays = "0.2", AttemptDeadlineSeconds = 20 },
        new() { TransactionExecutorClass = "TransactionExecutorWithInfiniteBackoff", BackoffDelays = "0.2", AttemptDeadlineSeconds = 20 });

    /// <inheritdoc/>
    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await using var store = (S3Store)Open();
        await store.CreateBucketAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override string Trouble => front is null ? "hung with a frozen disk" : "answered every request with 503 SlowDown";

    /// <summary>A frozen disk: its gateway answers its front page, and no save ends. Or a refusal of everything.</summary>
    public override Task BreakAsync(bool broken) => front is null ? StoreServer.SignalAsync(folder, "osd", broken ? "STOP" : "CONT") : front.BreakAsync(GatewayFault.SlowDown, broken ? 100 : 0);

    /// <inheritdoc/>
    public override async Task TearAsync(CrashId id, string dump, CancellationToken cancellationToken)
    {
        using var client = S3Resource.Client(options);
        foreach (var key in new S3Keys(options.Prefix, options.Layout).Of(id, CrashItem.Dump(dump)))
        {
            await client.DeleteObjectAsync(options.Bucket, key, cancellationToken);
        }
    }
}
