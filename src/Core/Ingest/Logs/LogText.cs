using System.Text;
using Dashboard.Core.Failures;

namespace Dashboard.Core.Ingest.Logs;

/// <summary>Bytes of a log as text that can be kept and shown: bad UTF-8 is replaced, and so is NUL, which PostgreSQL keeps in no text.</summary>
internal static class LogText
{
    private const int LongestSample = 200;

    public static string Of(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        return text.Contains('\0', StringComparison.Ordinal) ? text.Replace('\0', '\uFFFD') : text;
    }

    /// <summary>The beginning of a line, without secrets.</summary>
    public static string Sample(ReadOnlySpan<byte> line)
    {
        var text = Redaction.Of(Of(line[..Math.Min(line.Length, LongestSample * 4)]));
        return text.Length <= LongestSample ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[LongestSample - 1]) ? LongestSample - 1 : LongestSample), "…");
    }
}
