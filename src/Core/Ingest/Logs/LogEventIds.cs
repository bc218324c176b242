using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Dashboard.Core.Ingest.Logs;

/// <summary>Names what a log tells by where it stands there, so that reading it again gives the same names (RFC 9562, version 8).</summary>
/// <param name="host">The machine that wrote the log.</param>
internal sealed class LogEventIds(string host)
{
    private const int Numbers = sizeof(long) + sizeof(int);

    // Nearly all events of a reader are of one file: what is hashed of them differs in its last bytes only.
    private byte[] hashed = [];
    private string? file;

    /// <summary>The name of an event.</summary>
    /// <param name="place">The line.</param>
    /// <param name="ordinal">Which event of that line.</param>
    public Guid Of(LogPlace place, int ordinal)
    {
        if (hashed.Length == 0 || !string.Equals(file, place.File, StringComparison.Ordinal))
        {
            file = place.File;
            hashed = [.. Encoding.UTF8.GetBytes($"{host}\n{file}\n"), .. new byte[Numbers]];
        }

        BinaryPrimitives.WriteInt64BigEndian(hashed.AsSpan(hashed.Length - Numbers), place.Offset);
        BinaryPrimitives.WriteInt32BigEndian(hashed.AsSpan(hashed.Length - sizeof(int)), ordinal);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(hashed, hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
