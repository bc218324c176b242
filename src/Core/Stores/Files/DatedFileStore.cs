using System.Globalization;
using System.Runtime.CompilerServices;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.Files;

/// <summary>
/// A file tree that is also a queue, the original's <c>FSDatedRadixTreeStorage</c>: a link <c>YYYYMMDD/date/HH/MM_slice/{id}</c> to each crash that nobody has dealt with, and
/// one back from its folder.
/// </summary>
/// <remarks>
/// The original removed the link when it had handed the crash out, so a processor that died took the crash with it, and two walkers got the same one. Here a crash is taken by
/// creating a file that only one can create, for a time; the link goes with <see cref="AckCrashAsync"/>. A crash is linked when all of it is there, so no slot has to be closed first.
/// </remarks>
public sealed class DatedFileStore : FileStore
{
    /// <summary>For how long a crash that was handed out is nobody else's.</summary>
    public static readonly TimeSpan UsualLease = TimeSpan.FromMinutes(5);

    private const int SecondsOfSlice = 4;
    private const string Taken = ".taken.";
    private const string BackLink = "date_root";
    private readonly TimeProvider clock;
    private readonly TimeSpan lease;

    /// <summary>A queue in a tree.</summary>
    /// <param name="name">As <see cref="ICrashStore.Name"/>.</param>
    /// <param name="tree">Where; its layout must have a folder for each crash.</param>
    /// <param name="context">Who tells, where, and the clock.</param>
    /// <param name="waits">How it waits; null for one attempt.</param>
    /// <param name="lease">For how long a crash that was handed out is nobody else's; null for <see cref="UsualLease"/>.</param>
    public DatedFileStore(string name, FileTree tree, StoreContext context, ExecutorOptions? waits = null, TimeSpan? lease = null)
        : base(name, tree, context, waits)
    {
        if (!tree.HasCrashFolders)
        {
            throw new ArgumentException("A dated tree has a folder for each crash.", nameof(tree));
        }

        clock = context.Clock;
        this.lease = lease ?? UsualLease;
    }

    /// <inheritdoc/>
    public override StoreCapabilities Capabilities => base.Capabilities | StoreCapabilities.NewCrashes;

    /// <inheritdoc/>
    public override async IAsyncEnumerable<NewCrash> NewCrashesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var slots = await RunAsync(static (tree, _, _) => new ValueTask<IReadOnlyList<string>>(SlotsIn(tree)), 0, cancellationToken);
        foreach (var slot in slots)
        {
            var waiting = await RunAsync(static (_, slot, _) => new ValueTask<List<CrashId>>(WaitingIn(slot)), slot, cancellationToken);
            foreach (var id in waiting)
            {
                if (await RunAsync(static (_, asked, _) => new ValueTask<bool>(asked.store.Take(asked.slot, asked.id)), (store: this, slot, id), cancellationToken))
                {
                    yield return new NewCrash(id, slot);
                }
            }
        }
    }

    /// <inheritdoc/>
    public override async ValueTask AckCrashAsync(NewCrash crash, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(crash);
        if (crash.Receipt is not string slot)
        {
            throw new ArgumentException("This crash was not handed out by this store.", nameof(crash));
        }

        await RunAsync(
            static (tree, asked, _) =>
            {
                // The link first: from then on nobody is handed it, whatever becomes of the rest.
                File.Delete(Path.Combine(asked.slot, asked.Id.Value));
                File.Delete(Path.Combine(tree.CrashFolder(asked.Id), BackLink));
                foreach (var mark in MarksOf(asked.slot, asked.Id))
                {
                    File.Delete(mark.Path);
                }

                return new ValueTask<bool>(true);
            },
            (slot, crash.Id),
            cancellationToken);
    }

    /// <inheritdoc/>
    protected override void Announce(CrashId id)
    {
        var now = clock.GetUtcNow();
        var back = Path.Combine(Tree.CrashFolder(id), BackLink);
        if (new FileInfo(back).LinkTarget is { } before && IsLink(Path.Combine(before, id.Value)))
        {
            // Saved again while it waits: it is announced already.
            return;
        }

        var slot = Path.Combine(
            Tree.DateFolder(FileTree.DayOf(id)), now.Hour.ToString("00", CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"{now.Minute:00}_{now.Second / SecondsOfSlice:00}"));
        Directory.CreateDirectory(slot);

        // The way back last: dying between the two may announce a crash twice, never not at all.
        var link = Path.Combine(slot, id.Value);
        if (!IsLink(link))
        {
            File.CreateSymbolicLink(link, Tree.CrashFolder(id));
            DurableFile.Settle(slot);
        }

        File.Delete(back);
        File.CreateSymbolicLink(back, slot);
    }

    private static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    private static IReadOnlyList<string> SlotsIn(FileTree tree) =>
        [.. Directory.EnumerateDirectories(tree.Root)
            .Select(day => Path.Combine(day, "date"))
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateDirectories)
            .SelectMany(Directory.EnumerateDirectories)
            .Order(StringComparer.Ordinal)];

    private static List<CrashId> WaitingIn(string slot)
    {
        var waiting = new List<CrashId>();
        foreach (var path in Directory.EnumerateFileSystemEntries(slot))
        {
            if (CrashId.TryParse(Path.GetFileName(path), out var id))
            {
                waiting.Add(id);
            }
        }

        waiting.Sort();
        return waiting;
    }

    // One number after another: whoever creates the next one has it, and nobody creates the next while the last one's time runs.
    private bool Take(string slot, CrashId id)
    {
        var now = clock.GetUtcNow();
        var last = MarksOf(slot, id).OrderByDescending(mark => mark.Number).FirstOrDefault();
        if (last.Path is not null && now < EndOf(last.Path))
        {
            return false;
        }

        var path = Path.Combine(slot, string.Create(CultureInfo.InvariantCulture, $"{id}{Taken}{last.Number + 1}"));
        try
        {
            using var mark = new StreamWriter(new FileStream(path, FileMode.CreateNew, FileAccess.Write));
            mark.Write((now + lease).ToString("O", CultureInfo.InvariantCulture));
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }

        var link = Path.Combine(slot, id.Value);
        if (IsLink(link) && Directory.Exists(link))
        {
            return true;
        }

        // Dealt with by somebody else between our look and our mark, or removed while it waited.
        File.Delete(link);
        File.Delete(path);
        return false;
    }

    private DateTimeOffset EndOf(string mark)
    {
        try
        {
            if (DateTimeOffset.TryParseExact(File.ReadAllText(mark), "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var end))
            {
                return end;
            }
        }
        catch (FileNotFoundException)
        {
            // Dealt with meanwhile.
        }

        // Just made by somebody who has not written it yet, or who died before: its own time says which.
        return new DateTimeOffset(File.GetLastWriteTimeUtc(mark)) + lease;
    }

    private static IEnumerable<(string Path, int Number)> MarksOf(string slot, CrashId id) =>
        Directory.EnumerateFiles(slot, $"{id}{Taken}*")
            .Select(path => (Path: path, Read: int.TryParse(path[(path.LastIndexOf('.') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number), Number: number))
            .Where(mark => mark.Read)
            .Select(mark => (mark.Path, mark.Number));
}
