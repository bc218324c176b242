using System.Text.Json;

namespace Dashboard.Kit;

/// <summary>Texts that want to run, or to be taken for markup, wherever a text is shown.</summary>
public static class HostileTexts
{
    /// <summary>One of each kind.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        "<script>window.__pwned=1</script>", "<img src=x onerror=window.__pwned=1>", "<svg onload=window.__pwned=1>", "<svg><script>window.__pwned=1</script></svg>",
        "\"><script>window.__pwned=1</script>", "'><script>window.__pwned=1</script>", "</title><script>window.__pwned=1</script>", "</script><script>window.__pwned=1</script>",
        "</textarea><script>window.__pwned=1</script>", "</style><script>window.__pwned=1</script>", "--><script>window.__pwned=1</script>", "<!--<script>window.__pwned=1</script>-->",
        "<body onload=window.__pwned=1>", "<iframe src=\"javascript:parent.__pwned=1\"></iframe>", "<iframe srcdoc=\"<script>parent.__pwned=1</script>\"></iframe>", "<a href=\"javascript:window.__pwned=1\">x</a>",
        "javascript:window.__pwned=1", "JaVaScRiPt:window.__pwned=1", "data:text/html,<script>window.__pwned=1</script>", "vbscript:msgbox(1)",
        "\" onmouseover=\"window.__pwned=1\" x=\"", "' onfocus='window.__pwned=1' autofocus='", "` onclick=window.__pwned=1 `", "x onload=window.__pwned=1",
        "<details open ontoggle=window.__pwned=1>", "<video><source onerror=window.__pwned=1></video>", "<audio src=x onerror=window.__pwned=1>", "<input autofocus onfocus=window.__pwned=1>",
        "<select autofocus onfocus=window.__pwned=1>", "<marquee onstart=window.__pwned=1>", "<object data=\"javascript:window.__pwned=1\">", "<embed src=\"javascript:window.__pwned=1\">",
        "<form action=\"javascript:window.__pwned=1\"><button>x</button></form>", "<base href=\"https://elsewhere.invalid/\">", "<meta http-equiv=refresh content=\"0;url=javascript:window.__pwned=1\">", "<link rel=stylesheet href=\"javascript:window.__pwned=1\">",
        "<style>@import 'javascript:window.__pwned=1';</style>", "<div style=\"background:url(javascript:window.__pwned=1)\">", "<math><mtext><script>window.__pwned=1</script></mtext></math>", "<template><script>window.__pwned=1</script></template>",
        "&lt;script&gt;window.__pwned=1&lt;/script&gt;", "&#60;script&#62;window.__pwned=1&#60;/script&#62;", "\\u003cscript\\u003ewindow.__pwned=1\\u003c/script\\u003e", "%3Cscript%3Ewindow.__pwned=1%3C/script%3E",
        "{{constructor.constructor('window.__pwned=1')()}}", "${window.__pwned=1}", "@(window.__pwned=1)", "<%= window.__pwned=1 %>", "<scr\tipt>window.__pwned=1</scr\tipt>", "<ｓcript>window.__pwned=1</ｓcript>",
        "\u202e<script>window.__pwned=1</script>", "/../../<script>window.__pwned=1</script>", "?q=<script>window.__pwned=1</script>#<script>", "<noscript><p title=\"</noscript><img src=x onerror=window.__pwned=1>\">",
    ];

    // Places a text may find itself in, and ways out of them.
    private static readonly string[] Openings =
    [
        "", "x ", "\"", "'", "`", "\">", "'>", "`>", "\" ", "' ", ">", "/>", "-->", "--!>", "]]>", "*/", "?>", "%>", "}}", "\\", "\\\"", "&quot;>", "&#39;>", "%22%3E", "\n", "\t", "\u2028", "\u202e", "\ufeff",
        "</td>", "</a>", "</code>", "</pre>", "</title>", "</script>", "</style>", "</textarea>", "</noscript>", "</template>", "</svg>", "<!--", "<svg>", "<table>", "<select>",
    ];

    /// <summary>Each kind after each opening: more than two thousand, no two the same.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Openings.SelectMany(opening => Kinds.Select(kind => opening + kind)).Distinct(StringComparer.Ordinal)];

    /// <summary>The statements that put a text into every text column of the scheduler's tables: a job of that name which failed with it.</summary>
    public static string RowsSql(string text)
    {
        var (literal, error) = (Literal(text), Literal(JsonSerializer.Serialize(new { type = text, value = text, traceback = text })));
        return $"""
            insert into crontabber (app_name, next_run, first_run, last_run, error_count, depends_on, last_error)
            values ({literal}, now() + interval '5 minutes', now(), now(), 1, array[{literal}], {error}::json);
            insert into crontabber_log (app_name, duration, exc_type, exc_value, exc_traceback) values ({literal}, interval '1 second', {literal}, {literal}, {literal});
            """;
    }

    /// <summary>A literal of SQL; every text is possible.</summary>
    public static string Literal(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
    }
}
