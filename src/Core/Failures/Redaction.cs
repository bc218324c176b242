using System.Buffers;
using System.Text;

namespace Dashboard.Core.Failures;

/// <summary>
/// Takes secrets out of texts that jobs wrote: the password of an address, what stands behind <c>password=</c>, <c>token:</c> and their like, also
/// inside reprs and escaped quotes, <c>Authorization</c> headers, keys and tokens that are known by their shape. Each becomes <see cref="Mark"/>.
/// </summary>
/// <remarks>
/// Rather one word too many than one too few: a line of source such as <c>password = config.password</c> loses its right side. A few passes over the
/// text, mostly one and another that finds no more, in each of which a character is looked at a bounded number of times, whatever the text. What was redacted
/// once stays the same when redacted again.
/// </remarks>
public static class Redaction
{
    /// <summary>What stands in a secret's place.</summary>
    public const string Mark = "•••";

    // Two are the rule; more are needed only by texts that hold marks already.
    private const int MostPasses = 8;

    // Without one of these there is neither a key with a value, nor an address with a password, nor a known shape.
    private static readonly SearchValues<string> Hints = SearchValues.Create(
        [
            "pass", "pwd", "secret", "token", "key", "credential", "auth", "cookie", "session", "://", "AKIA", "ASIA", "AIza", "eyJ", "bearer ", "basic ",
            "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "sk_live_", "rk_live_", "cdk_", "-----BEGIN", "sig",
        ],
        StringComparison.OrdinalIgnoreCase);

    /// <summary>The text without its secrets; the same object when it has none.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.AsSpan().ContainsAny(Hints))
        {
            return text;
        }

        // What is taken out changes what stands beside what: an address that now ends the text looks cut off before its password. So until nothing changes.
        var safe = text;
        for (var passes = 0; passes < MostPasses; passes++)
        {
            var next = Once(safe);
            if (ReferenceEquals(next, safe))
            {
                break;
            }

            safe = next;
        }

        return safe;
    }

    private static string Once(string text)
    {
        var spans = new SecretScan(text).Find();
        if (spans.Count == 0)
        {
            return text;
        }

        var safe = new StringBuilder(text.Length);
        var from = 0;
        foreach (var (start, end) in spans)
        {
            safe.Append(text, from, start - from).Append(Mark);
            from = end;
        }

        return safe.Append(text, from, text.Length - from).ToString();
    }
}
