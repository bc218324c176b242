using System.Security.Cryptography;
using System.Text;
using Dashboard.Core.Jobs;

namespace Dashboard.Core.Failures;

/// <summary>What failures that are the same to people have in common.</summary>
/// <param name="Id">Short, stable, fit for an address: a version and sixteen hexadecimal digits.</param>
/// <param name="Type">The exception's class; of Python's built-ins without their module.</param>
/// <param name="Pattern">The message without what differs from one failure to the next.</param>
/// <param name="Place">The nearest frame of the operator's own code, <c>jobs/ftpscraper.py: run</c>; empty when the error has none.</param>
public sealed record Fingerprint(string Id, string Type, string Pattern, string Place)
{
    /// <summary>Grows when the same error would be given another id; records made before then keep theirs.</summary>
    public const int Version = 1;

    /// <summary>How much of a traceback is looked at, from its end.</summary>
    public const int LongestTraceback = 8_000;

    private const int LongestType = 200;
    private const int LongestPlace = 200;

    /// <summary>The fingerprint of an error.</summary>
    /// <param name="error">As the row or the log has it: both give the same.</param>
    /// <param name="frames">Tells the operator's own code from libraries.</param>
    public static Fingerprint Of(JobError error, FrameRule frames)
    {
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(frames);
        var type = Cut(WithoutModule(error.Type), LongestType);
        var pattern = MessagePattern.Of(WithoutFile(error));
        var (_, own) = frames.Innermost(error.Traceback.Length > LongestTraceback && !error.Traceback.StartsWith("   at ", StringComparison.Ordinal) ? error.Traceback[^LongestTraceback..] : error.Traceback);
        var place = own is { } frame ? Cut(MessagePattern.Of(frame.File is { Length: > 0 } file ? $"{file}: {frame.Function}" : frame.Function), LongestPlace) : "";
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{Version}\n{type}\n{pattern}\n{place}"));
        return new Fingerprint($"{Version}-{Convert.ToHexStringLower(hash.AsSpan(0, 8))}", type, pattern, place);
    }

    /// <summary>What errors of one kind say, wherever they come from: the type and the pattern of the message.</summary>
    public static string Words(JobError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return Said(Cut(WithoutModule(error.Type), LongestType), MessagePattern.Of(WithoutFile(error)));
    }

    /// <summary>The same of a type and a pattern.</summary>
    public static string Said(string type, string pattern) => $"{type}: {pattern}";

    /// <summary>Whether a text could be the id of a group.</summary>
    public static bool IsId(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash is > 0 and < 4 && text.AsSpan(0, dash).IndexOfAnyExceptInRange('0', '9') < 0
            && text.Length == dash + 17 && text.AsSpan(dash + 1).ToArray().All(char.IsAsciiHexDigitLower);
    }

    // Python 2 says exceptions.ValueError, Python 3 says ValueError.
    private static string WithoutModule(string type) =>
        type.StartsWith("exceptions.", StringComparison.Ordinal) ? type["exceptions.".Length..]
        : type.StartsWith("builtins.", StringComparison.Ordinal) ? type["builtins.".Length..]
        : type;

    // str() of an error of the system names its file, repr() does not.
    private static string WithoutFile(JobError error)
    {
        if (!PythonStr.MayGoOn(error.Type) || !error.Value.StartsWith("[Errno ", StringComparison.Ordinal))
        {
            return error.Value;
        }

        var file = error.Value.IndexOf(": ", StringComparison.Ordinal);
        return file < 0 ? error.Value : error.Value[..file];
    }

    private static string Cut(string text, int longest) => text.Length <= longest ? text : text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)];
}
