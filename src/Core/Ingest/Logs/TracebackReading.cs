using System.Text;

namespace Dashboard.Core.Ingest.Logs;

/// <summary>What a line was to a traceback.</summary>
public enum TracebackPart
{
    /// <summary>Part of it.</summary>
    Read,

    /// <summary>The first frame of another one, which nothing chains to this: the process wrote it when it died.</summary>
    Another,

    /// <summary>Nothing that belongs to it.</summary>
    None,
}

/// <summary>
/// Reads a traceback line by line, in bounded memory. Of a chain the exception raised first is kept, for it is the cause: after a server died the last one
/// says no more than <c>connection already closed</c>. All public for the state of a reader is written with it.
/// </summary>
public sealed class TracebackReading
{
    private StringBuilder value = new();

    /// <summary>How many characters of a message are kept.</summary>
    public const int LongestValue = 4_000;

    /// <summary>Where the reading stands.</summary>
    public enum Place
    {
        /// <summary>No line of it yet.</summary>
        Before,

        /// <summary>Among its frames.</summary>
        Frames,

        /// <summary>In the message of an exception, which may go on over lines.</summary>
        Value,

        /// <summary>A header in a message: the next line tells whether it begins a traceback.</summary>
        Header,

        /// <summary>Behind the words that chain another one to it: its header comes next.</summary>
        Chained,

        /// <summary>In what Python's logging writes about a failure of its own.</summary>
        LoggingError,
    }

    /// <summary>Where the reading stands.</summary>
    public Place At { get; set; }

    /// <summary>The class of the exception raised first; null before it was read.</summary>
    public string? Type { get; set; }

    /// <summary>Its message.</summary>
    public string Value
    {
        get => value.ToString();
        set => this.value = new StringBuilder(value);
    }

    /// <summary>The class of the exception raised last.</summary>
    public string? LastType { get; set; }

    /// <summary>Whether lines still go to the message of the first one.</summary>
    public bool First { get; set; }

    /// <summary>Lines in the shape of the log that were held to be quoted in it.</summary>
    public int Quoted { get; set; }

    /// <summary>Whether a line of it was read.</summary>
    public bool Begun => At != Place.Before;

    /// <summary>Takes the next line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="expected">Whether the entry before it says that something failed: then its last line alone will do, as people quote it.</param>
    public TracebackPart Take(ReadOnlySpan<byte> line, bool expected)
    {
        var header = line.SequenceEqual("Traceback (most recent call last):"u8);
        switch (At)
        {
            case Place.LoggingError:
                return TracebackPart.Read;
            case Place.Before when header:
                At = Place.Frames;
                return TracebackPart.Read;
            case Place.Before:
                return expected && TryException(line) ? TracebackPart.Read : TracebackPart.None;
            case Place.Frames:
                return line.IsEmpty || line[0] is (byte)' ' or (byte)'\t' || TryException(line) ? TracebackPart.Read : TracebackPart.None;
            case Place.Header when line.StartsWith("  File \""u8):
                return TracebackPart.Another;
            case Place.Header:
                Append("Traceback (most recent call last):"u8);
                At = Place.Value;
                break;
            case Place.Chained when header:
                At = Place.Frames;
                return TracebackPart.Read;
            case Place.Chained when line.IsEmpty:
                return TracebackPart.Read;
            case Place.Chained:
                At = Place.Value;
                break;
        }

        if (line.SequenceEqual("During handling of the above exception, another exception occurred:"u8)
            || line.SequenceEqual("The above exception was the direct cause of the following exception:"u8))
        {
            First = false;
            At = Place.Chained;
        }
        else if (line.SequenceEqual("--- Logging error ---"u8))
        {
            First = false;
            At = Place.LoggingError;
        }
        else if (header)
        {
            At = Place.Header;
        }
        else
        {
            Append(line);
        }

        return TracebackPart.Read;
    }

    private bool TryException(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        var name = colon < 0 ? line : line[..colon];
        if (name.IsEmpty || name.Length > 200 || name[0] is >= (byte)'0' and <= (byte)'9' || name.ContainsAnyExcept(NameBytes))
        {
            return false;
        }

        LastType = Encoding.ASCII.GetString(name);
        At = Place.Value;
        if (Type is null)
        {
            (Type, First) = (LastType, true);
            Append(colon < 0 ? default : line[(colon + 1)..].TrimStart((byte)' '));
        }

        return true;
    }

    private static readonly System.Buffers.SearchValues<byte> NameBytes =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_."u8);

    private void Append(ReadOnlySpan<byte> line)
    {
        var room = LongestValue - value.Length;
        if (!First || room <= 1)
        {
            return;
        }

        var text = LogText.Of(line[..Math.Min(line.Length, room * 4)]);
        text = text.Length > room - 1 ? text[..(room - 1)] : text;
        if (value.Length > 0)
        {
            value.Append('\n');
        }

        value.Append(text);
    }
}
