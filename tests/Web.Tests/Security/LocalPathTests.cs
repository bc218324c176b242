using Dashboard.Web.Security;

namespace Dashboard.Web.Tests.Security;

public sealed class LocalPathTests
{
    private static readonly string[] Hosts = ["evil.example", "evil.example%2f", "evil.example:80", "user@evil.example", "[::1]", "0x7f.1", "ｅvil.example", "evil。example"];

    private static readonly string[] Starts =
    [
        "//", "///", "////", "/\\", "\\", "\\\\", "\\/", "/\\/", "//\\", "/%2f", "/%2F", "/%5c", "/%5C", "/%252f", "/%255c", "%2f%2f", "/\t/", "/\r\n/", "/\n/", "\t//", " //", "/ //",
        "/.//", "/..//", "/./\\", "/../\\", "/x/..//", "/x/../..//", "/%2e//", "/%2e%2e//", "/.%2f/", "/%09/", "/%0d%0a/", "/%00/", "http://", "https://", "http:", "http:/", "https:\\\\",
        "HTTP://", "ftp://", "ws://", "javascript:", "JavaScript://", "data:text/html,", "vbscript:", "file:///", "blob:", "mailto:", "//;@", "//@", "/\u2028/", "/\u00a0/",
        "http://127.0.0.1@", "http://localhost:7080@", "http:///", "://", ":", "?//", "#//",
    ];

    [Fact]
    public void A_login_leads_to_a_page_of_ours_whatever_it_was_asked_for()
    {
        var tried = 0;
        foreach (var asked in Starts.SelectMany(start => Hosts.Select(host => start + host)).Concat(Starts).Concat(["", "jobs", "/login", "/LOGIN?to=/jobs", "/logout", new string('/', 3_000)]))
        {
            var path = LocalPath.Of(asked);
            var page = new Uri("http://127.0.0.1:7080/login?token=x");
            var arrived = new Uri(page, path);

            Assert.True(
                arrived.Scheme == "http" && arrived.Authority == "127.0.0.1:7080" && path[0] == '/' && !path.StartsWith("//", StringComparison.Ordinal)
                && !path.Contains('\\', StringComparison.Ordinal) && path.All(letter => letter is > ' ' and < '\x7f'),
                $"'{asked}' led to '{path}'");
            tried++;
        }

        Assert.InRange(tried, 500, int.MaxValue);
    }

    [Theory]
    [InlineData("/jobs", "/jobs")]
    [InlineData("/jobs?state=failing&q=a%20b#row", "/jobs?state=failing&q=a%20b#row")]
    [InlineData("/jobs/a%22b", "/jobs/a%22b")]
    [InlineData("/jobs/наука", "/jobs/%D0%BD%D0%B0%D1%83%D0%BA%D0%B0")]
    public void A_page_of_ours_stays_what_it_is(string asked, string expected) => Assert.Equal(expected, LocalPath.Of(asked));
}
