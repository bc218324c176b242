namespace Dashboard.Core.Failures;

/// <summary>One frame of a traceback.</summary>
/// <param name="File">The file, or the type of a .NET frame; may be empty.</param>
/// <param name="Function">What was running.</param>
/// <param name="Application">True for the operator's own code, false for the runner, drivers and the standard library.</param>
public readonly record struct Frame(string File, string Function, bool Application);

/// <summary>Reads the frames of Python's and .NET's tracebacks and tells the operator's own code from what it runs on.</summary>
public sealed class FrameRule
{
    private const string PythonStart = "  File \"";
    private const string DotnetStart = "   at ";

    private static readonly string[] Paths =
    [
        "/site-packages/", "/dist-packages/", "/crontabber/", "/psycopg2/", "/configman/", "/lib/python", "/lib64/python", "\\Lib\\", "<frozen ", "/crashstats/cron/management/",
    ];

    private static readonly string[] Namespaces =
    [
        "System.", "Microsoft.", "Npgsql.", "Dapper.", "Polly.", "Amazon.", "RabbitMQ.", "Elastic.", "Elasticsearch.", "Newtonsoft.", "Dashboard.Core.",
    ];

    private readonly string[] paths;
    private readonly string[] namespaces;

    /// <summary>The usual libraries and some more.</summary>
    /// <param name="more">Parts of paths, or beginnings of namespaces that end with a dot.</param>
    public FrameRule(IEnumerable<string>? more = null)
    {
        var added = (more ?? []).Where(part => part.Length > 0).ToArray();
        paths = [.. Paths, .. added.Where(part => !part.EndsWith('.'))];
        namespaces = [.. Namespaces, .. added.Where(part => part.EndsWith('.'))];
    }

    /// <summary>The usual libraries only.</summary>
    public static FrameRule Usual { get; } = new();

    /// <summary>Whether a file is the operator's own.</summary>
    public bool IsApplication(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return !Array.Exists(paths, part => file.Contains(part, StringComparison.Ordinal));
    }

    /// <summary>The frame nearest to the error, and the nearest that is the operator's own; null where there is none.</summary>
    public (Frame? Any, Frame? Application) Innermost(string traceback)
    {
        ArgumentNullException.ThrowIfNull(traceback);

        // Socorro's log has a whole traceback on one line.
        var text = traceback.Contains('\n', StringComparison.Ordinal) || !traceback.Contains("\\n  File \"", StringComparison.Ordinal)
            ? traceback
            : traceback.Replace("\\n", "\n", StringComparison.Ordinal);
        return text.StartsWith(DotnetStart, StringComparison.Ordinal) || text.Contains("\n" + DotnetStart, StringComparison.Ordinal) ? First(text) : Last(text);
    }

    // Python writes the newest frame last. From the end, so that ten megabytes of recursion cost no more than a line.
    private (Frame?, Frame?) Last(string text)
    {
        Frame? any = null;
        var end = text.Length;
        while (end > 0)
        {
            var start = text.LastIndexOf('\n', end - 1) + 1;
            if (text.AsSpan(start, end - start).StartsWith(PythonStart, StringComparison.Ordinal) && Python(text.AsSpan(start, end - start)) is { } frame)
            {
                any ??= frame;
                if (frame.Application)
                {
                    return (any, frame);
                }
            }

            end = start - 1;
        }

        return (any, null);
    }

    // .NET writes the newest frame first.
    private (Frame?, Frame?) First(string text)
    {
        Frame? any = null;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(DotnetStart, StringComparison.Ordinal))
            {
                var frame = Dotnet(line[DotnetStart.Length..]);
                any ??= frame;
                if (frame.Application)
                {
                    return (any, frame);
                }
            }
        }

        return (any, null);
    }

    //   File "/data/jobs/ftpscraper.py", line 74, in maybe_fail
    private Frame? Python(ReadOnlySpan<char> line)
    {
        var rest = line[PythonStart.Length..];
        var quote = rest.IndexOf('"');
        if (quote < 0)
        {
            return null;
        }

        var file = rest[..quote].ToString();
        var place = rest.LastIndexOf(", in ", StringComparison.Ordinal);
        return new Frame(Short(file), place < quote ? "" : rest[(place + 5)..].Trim().ToString(), IsApplication(file));
    }

    //    at Jobs.Ftp.Scraper.Run(DateTimeOffset slot) in /src/Ftp.cs:line 12
    private Frame Dotnet(ReadOnlySpan<char> line)
    {
        var bracket = line.IndexOf('(');
        var method = (bracket < 0 ? line : line[..bracket]).Trim();
        var dot = method.LastIndexOf('.');
        var name = method.ToString();
        return new Frame(dot < 0 ? "" : method[..dot].ToString(), method[(dot + 1)..].ToString(), !Array.Exists(namespaces, start => name.StartsWith(start, StringComparison.Ordinal)));
    }

    // The last two parts of a path: where a release lies differs from one to the next.
    private static string Short(string file)
    {
        var path = file.Replace('\\', '/');
        var last = path.LastIndexOf('/');
        var before = last <= 0 ? -1 : path.LastIndexOf('/', last - 1);
        return before < 0 ? path.TrimStart('/') : path[(before + 1)..];
    }
}
