namespace Dashboard.Core.Failures;

/// <summary>How a secret follows the word that announces it.</summary>
internal enum SecretKind
{
    /// <summary><c>password=x</c>, <c>'password': 'x'</c>.</summary>
    Plain,

    /// <summary>As plain, but behind a bare colon only when it is long: messages speak of unexpected tokens.</summary>
    Token,

    /// <summary>Only behind an equals sign, and only when long: <c>X-Amz-Signature=…</c>. A crash has a signature too, which is none.</summary>
    OnlyAssigned,

    /// <summary>All the rest of the line: <c>Authorization: Basic …</c>.</summary>
    Header,

    /// <summary>The next word, without a sign between: <c>Bearer …</c>.</summary>
    Scheme,
}

/// <summary>Which words announce a secret.</summary>
internal static class SecretKey
{
    private static readonly string[] Anywhere = ["password", "passwd", "passphrase", "secret", "apikey", "api_key", "api-key", "accesskey", "access_key", "access-key", "privatekey", "private_key", "credential"];
    private static readonly string[] AtTheEnd = ["pwd", "sessionid", "session_id", "sessionkey", "auth_key", "authkey", "encryption_key", "encryptionkey", "account_key", "accountkey", "sharedaccesskey"];

    /// <summary>What kind of secret a word announces; null for none.</summary>
    /// <param name="word">Letters, digits, <c>_</c>, <c>-</c> and dots; of a dotted name the last part counts.</param>
    public static SecretKind? Of(ReadOnlySpan<char> word)
    {
        var name = word[(word.LastIndexOf('.') + 1)..].TrimStart('-');
        name = name.Length > 80 ? name[^80..] : name;
        if (name.Length < 3)
        {
            return null;
        }

        foreach (var part in Anywhere)
        {
            if (name.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return SecretKind.Plain;
            }
        }

        foreach (var part in AtTheEnd)
        {
            if (name.EndsWith(part, StringComparison.OrdinalIgnoreCase))
            {
                return SecretKind.Plain;
            }
        }

        return name.EndsWith("token", StringComparison.OrdinalIgnoreCase) ? (name.Length > 5 ? SecretKind.Plain : SecretKind.Token)
            : Is(name, "pass") || Is(name, "auth") ? SecretKind.Token
            : Is(name, "sig") || name.EndsWith("amz-signature", StringComparison.OrdinalIgnoreCase) ? SecretKind.OnlyAssigned
            : name.EndsWith("authorization", StringComparison.OrdinalIgnoreCase) || name.EndsWith("cookie", StringComparison.OrdinalIgnoreCase) ? SecretKind.Header
            : name.EndsWith("bearer", StringComparison.OrdinalIgnoreCase) ? SecretKind.Scheme
            : null;
    }

    private static bool Is(ReadOnlySpan<char> name, string word) => name.Equals(word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Keys and tokens known by their shape alone.</summary>
internal static class SecretShape
{
    private static readonly string[] Prefixes = ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "sk_live_", "rk_live_", "cdk_"];

    /// <summary>Where in a word a secret stands; null when it is none.</summary>
    public static (int Start, int End)? Find(ReadOnlySpan<char> word)
    {
        if (word.Length < 12)
        {
            return null;
        }

        foreach (var start in (ReadOnlySpan<string>)["AKIA", "ASIA"])
        {
            var key = word.IndexOf(start, StringComparison.Ordinal);
            if (key >= 0 && word.Length - key >= 20 && !word.Slice(key, 20).ContainsAnyExcept(UpperOrDigit))
            {
                return (key, word.Length);
            }
        }

        var google = word.IndexOf("AIza", StringComparison.Ordinal);
        if (google >= 0 && word.Length - google >= 39)
        {
            return (google, word.Length);
        }

        var web = word.IndexOf("eyJ", StringComparison.Ordinal);
        if (web >= 0 && word[web..].Count('.') >= 1 && word.Length - web >= 20)
        {
            return (web, word.Length);
        }

        foreach (var prefix in Prefixes)
        {
            var token = word.IndexOf(prefix, StringComparison.Ordinal);
            if (token >= 0 && word.Length - token - prefix.Length >= 10)
            {
                return (token, word.Length);
            }
        }

        return null;
    }

    private static readonly System.Buffers.SearchValues<char> UpperOrDigit = System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
}
