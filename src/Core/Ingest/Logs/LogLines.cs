namespace Dashboard.Core.Ingest.Logs;

/// <summary>Takes one line: its bytes without the end, where it begins, and whether more of it was left out.</summary>
internal delegate void LineTaker(ReadOnlySpan<byte> line, long offset, bool cut);

/// <summary>Cuts bytes, however they arrive, into lines. Of a line of more than <see cref="Longest"/> bytes the rest is left out.</summary>
internal sealed class LogLines(LineTaker take)
{
    /// <summary>How much of a line is read.</summary>
    public const int Longest = 64 * 1024;

    private byte[] begun = [];
    private int length;
    private bool cut;

    /// <summary>Where the first line begins that has not been taken.</summary>
    public long Offset { get; private set; }

    /// <summary>Where the next bytes begin.</summary>
    public long Reached { get; private set; }

    /// <summary>Goes on at another place.</summary>
    public void Seek(long offset)
    {
        (Offset, Reached, length, cut) = (offset, offset, 0, false);
    }

    /// <summary>Takes the next bytes.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf((byte)'\n') is var end and >= 0)
        {
            if (length == 0 && !cut)
            {
                Take(bytes[..Math.Min(end, Longest)], end > Longest, Reached + end + 1);
            }
            else
            {
                Keep(bytes[..end]);
                Take(begun.AsSpan(0, length), cut, Reached + end + 1);
                (length, cut) = (0, false);
            }

            Reached += end + 1;
            bytes = bytes[(end + 1)..];
        }

        Keep(bytes);
        Reached += bytes.Length;
    }

    /// <summary>Takes what is left as a line, though it has no end.</summary>
    public void End()
    {
        if (Reached > Offset)
        {
            Take(begun.AsSpan(0, length), cut, Reached);
            (length, cut) = (0, false);
        }
    }

    /// <summary>Whether there is a line without an end.</summary>
    public bool Begun => Reached > Offset;

    private void Take(ReadOnlySpan<byte> line, bool shortened, long next)
    {
        take(line.EndsWith("\r"u8) ? line[..^1] : line, Offset, shortened);
        Offset = next;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        var room = Math.Min(bytes.Length, Longest - length);
        cut |= room < bytes.Length;
        if (begun.Length < length + room)
        {
            Array.Resize(ref begun, Math.Min(Longest, Math.Max(4 * 1024, (length + room) * 2)));
        }

        bytes[..room].CopyTo(begun.AsSpan(length));
        length += room;
    }
}
