using System.Text;
using Dashboard.Core.Failures;

namespace Dashboard.Core.Runner.Jobs;

/// <summary>The end of what a program or a server said, however much that was.</summary>
internal sealed class OutputTail
{
    /// <summary>How much of it is shown, in bytes.</summary>
    public const int Shown = 16 * 1024;

    // More is kept than shown: what makes a secret known may stand before it.
    private const int Kept = Shown + (8 * 1024);
    // A line that lost its beginning goes with it, unless nearly all would go.
    private const int LongestPart = 1024;
    private readonly byte[] ring = new byte[Kept];
    private readonly Lock gate = new();

    /// <summary>How many bytes there were.</summary>
    public long Total { get; private set; }

    /// <summary>Takes the next piece.</summary>
    public void Add(ReadOnlySpan<byte> piece)
    {
        lock (gate)
        {
            var last = piece.Length > Kept ? piece[^Kept..] : piece;
            var at = (int)((Total + piece.Length - last.Length) % Kept);
            var first = Math.Min(last.Length, Kept - at);
            last[..first].CopyTo(ring.AsSpan(at));
            last[first..].CopyTo(ring);
            Total += piece.Length;
        }
    }

    /// <summary>Takes all a stream gives, until its end.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="most">No more bytes than this are taken.</param>
    /// <param name="cancellationToken">To stop before the end.</param>
    public async Task TakeAsync(Stream stream, long most, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        while (Total < most && await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            Add(buffer.AsSpan(0, read));
        }
    }

    /// <summary>The end as text, without secrets; it begins with a whole line where there is one.</summary>
    public string Text()
    {
        lock (gate)
        {
            var length = (int)Math.Min(Total, Kept);
            var bytes = new byte[length];
            var from = Total > Kept ? (int)(Total % Kept) : 0;
            var first = Math.Min(length, Kept - from);
            ring.AsSpan(from, first).CopyTo(bytes);
            ring.AsSpan(0, length - first).CopyTo(bytes.AsSpan(first));
            var text = Redaction.Of(Encoding.UTF8.GetString(bytes)).TrimEnd();
            return Total > Shown ? End(text) : text;
        }
    }

    /// <summary>The end with a heading that says how much of it that is; empty when nothing was said.</summary>
    public string Titled(string title)
    {
        var text = Text();
        return text.Length == 0 ? ""
            : Total > Shown ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\n{title}, the last of {Total:N0} bytes:\n{text}")
            : $"\n{title}:\n{text}";
    }

    private static string End(string text)
    {
        var start = Math.Max(text.Length - Shown, 0);
        while (Encoding.UTF8.GetByteCount(text.AsSpan(start)) > Shown)
        {
            start += Math.Max((Encoding.UTF8.GetByteCount(text.AsSpan(start)) - Shown) / 3, 1);
        }

        var line = text.IndexOf('\n', start);
        if (line >= 0 && line - start < LongestPart && line < text.Length - 1)
        {
            return text[(line + 1)..];
        }

        return text[(start < text.Length && char.IsLowSurrogate(text[start]) ? start + 1 : start)..];
    }
}
