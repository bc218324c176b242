using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>Facts one after another as bytes that are hashed: each says of what kind it is and how long, so that no two lists of facts come to the same bytes.</summary>
internal sealed class HashedFacts
{
    private byte[] bytes = new byte[4_096];
    private int length;

    // What a kind of fact begins with.
    private enum Kind : byte
    {
        Nothing,
        Number,
        Text,
    }

    /// <summary>Begins anew.</summary>
    public void Clear() => length = 0;

    /// <summary>A whole number, or nothing.</summary>
    public void Add(long? number)
    {
        if (number is not { } known)
        {
            Take(1)[0] = (byte)Kind.Nothing;
            return;
        }

        var place = Take(1 + sizeof(long));
        place[0] = (byte)Kind.Number;
        BinaryPrimitives.WriteInt64LittleEndian(place[1..], known);
    }

    /// <summary>A moment, or nothing.</summary>
    public void Add(DateTimeOffset? moment) => Add(moment?.UtcTicks);

    /// <summary>A text, or nothing.</summary>
    public void Add(string? text)
    {
        if (text is null)
        {
            Add((long?)null);
            return;
        }

        var size = Encoding.UTF8.GetByteCount(text);
        var place = Take(1 + sizeof(int) + size);
        place[0] = (byte)Kind.Text;
        BinaryPrimitives.WriteInt32LittleEndian(place[1..], size);
        Encoding.UTF8.GetBytes(text, place[(1 + sizeof(int))..]);
    }

    /// <summary>Their hash: sixteen hexadecimal digits.</summary>
    public string Hash()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes.AsSpan(0, length), hash);
        return Convert.ToHexStringLower(hash[..8]);
    }

    private Span<byte> Take(int count)
    {
        if (bytes.Length < length + count)
        {
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, length + count));
        }

        length += count;
        return bytes.AsSpan(length - count, count);
    }
}
