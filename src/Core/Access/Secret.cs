using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Dashboard.Core.Access;

/// <summary>A secret of 256 random bits. It is shown once; what is kept is its SHA-256.</summary>
/// <param name="Text">As a person copies it.</param>
public sealed record Secret(string Text)
{
    private const int Bytes = 32;

    /// <summary>What is kept of it.</summary>
    public byte[] Hash => HashOf(Text);

    /// <summary>A new one; the prefix tells people and secret scanners what it is.</summary>
    public static Secret Create(string prefix) => new(prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes)));

    /// <summary>Whether a text could be one without a prefix: what could not be one need not be looked for.</summary>
    public static bool IsShaped(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == Base64Url.GetEncodedLength(Bytes) && Base64Url.IsValid(text);
    }

    /// <summary>What is kept of a presented text.</summary>
    public static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    /// <summary>Never shown by accident.</summary>
    public override string ToString() => "(secret)";
}
