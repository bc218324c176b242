using System.Text;

namespace Dashboard.Core.Configuration;

/// <summary>A line of a configuration and where it is from.</summary>
/// <param name="Text">The line without its end; configman cuts white space there.</param>
/// <param name="File">The file.</param>
/// <param name="Number">From 1.</param>
/// <param name="Offered">True when it came by an include that is a comment to configman: what the file says itself goes first.</param>
internal readonly record struct ConfigLine(string Text, string File, int Number, bool Offered);

/// <summary>The lines of a file with those of its includes in their places, as configman spools them before anything is parsed. Bounded in every way.</summary>
internal sealed class IncludedLines(FaultList faults, bool commentedIncludes)
{
    /// <summary>All files together may be this long.</summary>
    public const long MostBytes = 8 << 20;

    /// <summary>And have this many lines.</summary>
    public const int MostLines = 200_000;

    private const int DeepestInclude = 16;
    private const int MostFiles = 200;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly List<ConfigLine> lines = [];
    private readonly List<string> files = [];
    private readonly List<string> open = [];
    private long bytes;
    private bool full;

    /// <summary>The lines.</summary>
    public IReadOnlyList<ConfigLine> All => lines;

    /// <summary>The files.</summary>
    public IReadOnlyList<string> Files => files;

    /// <summary>Adds a file of its own right.</summary>
    public void AddFile(string path) => Add(path, from: null, offered: false);

    /// <summary>Adds a text that was read already.</summary>
    public void AddText(string text, string name)
    {
        files.Add(name);
        if (text.Length > MostBytes)
        {
            faults.Add(name, null, $"{text.Length:N0} characters", $"at most {MostBytes >> 20} MB of configuration");
            return;
        }

        Spool(text, name, offered: false);
    }

    private void Add(string path, (string File, int Line)? from, bool offered)
    {
        var name = from is null ? path : Path.GetFileName(path);
        if (from is { } place && (open.Count >= DeepestInclude || files.Count >= MostFiles))
        {
            faults.Add(place.File, place.Line, $"an include of {FaultList.Quote(path)}", $"at most {DeepestInclude} includes within each other and {MostFiles} files");
            return;
        }

        var full = Path.GetFullPath(path);
        if (open.Contains(full))
        {
            var (file, line) = from ?? (path, 0);
            faults.Add(file, line, $"{FaultList.Quote(name)} is included by itself: {string.Join(" → ", open.SkipWhile(each => each != full).Append(full).Select(Path.GetFileName))}", "no file to include itself");
            return;
        }

        files.Add(full);
        if (Text(full, from is null ? path : name, from, offered) is { } text)
        {
            open.Add(full);
            Spool(text, from is null ? path : full, offered);
            open.RemoveAt(open.Count - 1);
        }
    }

    private string? Text(string path, string name, (string File, int Line)? from, bool offered)
    {
        var (file, line) = from is { } place ? (place.File, (int?)place.Line) : (path, null);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            bytes += stream.Length;
            if (bytes > MostBytes)
            {
                faults.Add(file, line, $"{FaultList.Quote(name)} makes {bytes:N0} bytes", $"at most {MostBytes >> 20} MB of configuration");
                return null;
            }

            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return Strict.GetString(content);
        }
        catch (DecoderFallbackException cause)
        {
            faults.Add(path, null, $"byte {cause.Index:N0} is no UTF-8", "a file in UTF-8");
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            if (!offered)
            {
                faults.Add(file, line, $"{FaultList.Quote(name)} cannot be read: {FaultList.Why(cause, path)}", "a file this program may read");
            }
        }

        return null;
    }

    private void Spool(string text, string file, bool offered)
    {
        var number = 0;
        var rest = text.AsSpan();
        if (rest is ['\uFEFF', ..])
        {
            rest = rest[1..];
        }

        while (rest.Length > 0)
        {
            // As Python does: no other character ends a line.
            var end = rest.IndexOfAny('\r', '\n');
            var each = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + (rest[end..] is ['\r', '\n', ..] ? 2 : 1))..];
            number++;
            if (Included(each) is var (path, isOffer) && (!isOffer || commentedIncludes))
            {
                if (Directory(file, path) is { } included)
                {
                    Add(included, (file, number), offered || isOffer);
                }
                else
                {
                    faults.Add(file, number, FaultList.Quote(each.ToString()), "+include and the path of a file");
                }
            }
            else if (lines.Count < MostLines)
            {
                lines.Add(new ConfigLine(each.TrimEnd().ToString(), file, number, offered));
            }
            else if (!full)
            {
                full = true;
                faults.Add(file, number, $"more than {MostLines:N0} lines", "less; the rest is not read");
                return;
            }
        }
    }

    private static (string Path, bool Offered)? Included(ReadOnlySpan<char> line)
    {
        var rest = line.Trim();
        var offered = rest is ['#', ..];
        rest = offered ? rest[1..] : rest;
        return rest.StartsWith("+include", StringComparison.Ordinal) && rest.Length > 8 && char.IsWhiteSpace(rest[8]) ? (rest[9..].Trim().ToString(), offered) : null;
    }

    private static string? Directory(string file, string path)
    {
        if (path.Length is 0 or > 1024 || path.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        return Path.Combine(Path.GetDirectoryName(file) ?? "", path);
    }
}
