namespace Dashboard.Web.Security;

/// <summary>Where a login may lead: a page of ours, never elsewhere.</summary>
internal static class LocalPath
{
    private const int Longest = 2_000;
    private static readonly Uri Here = new("http://here.invalid/");

    /// <summary>The path to go to, encoded for a header; <c>/</c> when what was asked for is not certainly ours.</summary>
    public static string Of(string? asked)
    {
        if (string.IsNullOrEmpty(asked) || asked.Length > Longest || !Plain(asked))
        {
            return "/";
        }

        // Browsers and Uri both remove dot segments: "/.//evil" becomes "//evil", so what counts is what is left afterwards.
        if (!Uri.TryCreate(Here, asked, out var target) || target.Scheme != Here.Scheme || target.Authority != Here.Authority)
        {
            return "/";
        }

        var path = target.PathAndQuery + target.Fragment;
        return Plain(path) && !path.StartsWith("/login", StringComparison.OrdinalIgnoreCase) && !path.StartsWith("/logout", StringComparison.OrdinalIgnoreCase) ? path : "/";
    }

    // Also after decoding, once and twice: somebody between us and the browser may do that.
    private static bool Plain(string path)
    {
        for (var round = 0; round < 3; round++)
        {
            if (path[0] != '/' || (path.Length > 1 && path[1] is '/' or '\\') || path.Contains('\\', StringComparison.Ordinal) || path.Any(char.IsControl))
            {
                return false;
            }

            path = Uri.UnescapeDataString(path);
        }

        return true;
    }
}
