using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Dashboard.Core.Stores.Crashes;

/// <summary>The memory of a crashed program, by its canonical name (<see cref="DumpName"/>), in the order of names.</summary>
[SuppressMessage("Naming", "CA1710", Justification = "A crash has dumps")]
public sealed class Dumps : IReadOnlyDictionary<string, Dump>
{
    private readonly SortedDictionary<string, Dump> all = new(StringComparer.Ordinal);

    /// <summary>None.</summary>
    public static Dumps None { get; } = new([]);

    /// <summary>Dumps by any of their names.</summary>
    /// <exception cref="FormatException">A name is none, or two are one and the same.</exception>
    public Dumps(IEnumerable<KeyValuePair<string, Dump>> dumps)
    {
        ArgumentNullException.ThrowIfNull(dumps);
        foreach (var (name, dump) in dumps)
        {
            if (!all.TryAdd(DumpName.Canonical(name), dump))
            {
                throw new FormatException($"There are two dumps named '{DumpName.Canonical(name)}'.");
            }
        }
    }

    /// <inheritdoc/>
    public int Count => all.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => all.Keys;

    /// <inheritdoc/>
    public IEnumerable<Dump> Values => all.Values;

    /// <inheritdoc/>
    public Dump this[string key] => all[DumpName.Canonical(key)];

    /// <inheritdoc/>
    public bool ContainsKey(string key) => all.ContainsKey(DumpName.Canonical(key));

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out Dump value) => all.TryGetValue(DumpName.Canonical(key), out value);

    /// <summary>The same, read into memory.</summary>
    public async ValueTask<Dumps> InMemoryAsync(CancellationToken cancellationToken)
    {
        var read = new List<KeyValuePair<string, Dump>>(Count);
        foreach (var (name, dump) in all)
        {
            read.Add(new(name, Dump.Of(await dump.BytesAsync(cancellationToken))));
        }

        return new Dumps(read);
    }

    /// <summary>The same in files, for a program that takes paths: <c>{id}.{name}.TEMPORARY{suffix}</c>, the first by the name it was sent under, <c>upload_file_minidump</c>.</summary>
    /// <param name="id">Whose they are.</param>
    /// <param name="folder">Where; it must be there.</param>
    /// <param name="suffix">As <c>.dump</c>.</param>
    /// <param name="cancellationToken">Ends it; files written so far stay, under names that say they are temporary.</param>
    /// <returns>The paths, by canonical name.</returns>
    public async ValueTask<IReadOnlyDictionary<string, string>> ToFilesAsync(CrashId id, string folder, string suffix, CancellationToken cancellationToken)
    {
        var paths = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, dump) in all)
        {
            var path = Path.Combine(folder, $"{id}.{DumpName.AsSent(name)}.TEMPORARY{suffix}");
            await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 81_920, FileOptions.Asynchronous);
            await using var content = dump.OpenRead();
            await content.CopyToAsync(file, cancellationToken);
            paths[name] = path;
        }

        return paths;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, Dump>> GetEnumerator() => all.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>One dump, in memory or in a file.</summary>
public sealed class Dump
{
    private readonly ReadOnlyMemory<byte> bytes;
    private readonly string? path;

    private Dump(ReadOnlyMemory<byte> bytes, string? path, long length) => (this.bytes, this.path, Length) = (bytes, path, length);

    /// <summary>In bytes.</summary>
    public long Length { get; }

    /// <summary>One in memory; nobody may write to it any more.</summary>
    public static Dump Of(ReadOnlyMemory<byte> bytes) => new(bytes, null, bytes.Length);

    /// <summary>One in a file, which must stay as it is while the dump is used.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static Dump OfFile(string path) => new(default, path, new FileInfo(path).Length);

    /// <summary>Its content, from the beginning.</summary>
    public Stream OpenRead() => path is null
        ? new MemoryStream(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out var part) ? part.Array! : bytes.ToArray(), part.Offset, bytes.Length, writable: false)
        : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 81_920, FileOptions.Asynchronous | FileOptions.SequentialScan);

    /// <summary>All of it.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> BytesAsync(CancellationToken cancellationToken) =>
        path is null ? bytes : await File.ReadAllBytesAsync(path, cancellationToken);
}

/// <summary>The names of dumps. The one every crash has is sent as <c>upload_file_minidump</c>, kept as <c>dump</c>, and some stores answer with the one, some with the other.</summary>
public static class DumpName
{
    /// <summary>As the first one is kept.</summary>
    public const string First = "dump";

    /// <summary>As the first one is sent.</summary>
    public const string FirstAsSent = "upload_file_minidump";

    private const int Longest = 128;

    /// <summary>The one name of a dump: letters, digits, <c>_</c>, <c>-</c> and dots inside, at most 128.</summary>
    /// <exception cref="FormatException">It is none. A name becomes part of a path and of a key.</exception>
    public static string Canonical(string? name)
    {
        if (string.IsNullOrEmpty(name) || name == FirstAsSent)
        {
            return First;
        }

        var fits = name.Length <= Longest && name[0] != '.' && name[^1] != '.' && name.All(one => char.IsAsciiLetterOrDigit(one) || one is '_' or '-' or '.');
        return fits ? name : throw new FormatException($"'{(name.Length > 40 ? name[..40] + "…" : name)}' is no name of a dump: those are of letters, digits, '_', '-' and dots inside.");
    }

    /// <summary>The name it is sent under.</summary>
    public static string AsSent(string name) => Canonical(name) is var canonical && canonical == First ? FirstAsSent : canonical;
}
