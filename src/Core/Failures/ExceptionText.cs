using Dashboard.Core.Jobs;

namespace Dashboard.Core.Failures;

/// <summary>Reads an exception as a log or a console shows it: Python's traceback with its header and last line, also all on one line, and .NET's <c>ToString()</c>.</summary>
public static class ExceptionText
{
    private static readonly System.Buffers.SearchValues<char> NoName = System.Buffers.SearchValues.Create(" \t()'\"");
    private const string Header = "Traceback (most recent call last):";

    /// <summary>The error a text tells of, of a chain the one raised last; null when it has no such shape.</summary>
    public static JobError? Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lines = (text.Contains('\n', StringComparison.Ordinal) ? text : text.Replace("\\n", "\n", StringComparison.Ordinal)).Split('\n');
        var header = lines.Length - 1;

        // A message may speak of tracebacks too; a real one has frames.
        while (header >= 0 && !(lines[header].EndsWith(Header, StringComparison.Ordinal) && header + 1 < lines.Length && lines[header + 1].StartsWith("  File \"", StringComparison.Ordinal)))
        {
            header--;
        }

        return header >= 0 ? Python(lines, header + 1) : Dotnet(lines);
    }

    private static JobError? Python(string[] lines, int from)
    {
        var end = from;
        while (end < lines.Length && (lines[end].StartsWith("  ", StringComparison.Ordinal) || Split(lines[end]).Type is null))
        {
            // On one line the line ends inside a line of source look like those between frames.
            end++;
        }

        if (end == lines.Length)
        {
            return null;
        }

        var (type, first) = Split(lines[end]);
        return new JobError(type!, string.Join('\n', [first, .. lines[(end + 1)..]]).TrimEnd(), Frames(lines[from..end]));
    }

    // Type: message ---> Inner: message … frames of the inner … --- End of inner exception stack trace --- … frames
    private static JobError? Dotnet(string[] lines)
    {
        var frame = Array.FindIndex(lines, line => line.StartsWith("   at ", StringComparison.Ordinal));
        if (frame <= 0)
        {
            return null;
        }

        var head = string.Join('\n', lines[..frame].Select(line => line.TrimEnd('\r')));
        var inner = head.IndexOf(" ---> ", StringComparison.Ordinal);
        var (type, message) = Split((inner < 0 ? head : head[..inner]).Trim());
        return type is null ? null : new JobError(type, message.TrimEnd(), Frames(lines[frame..]));
    }

    private static string Frames(string[] lines) => lines.Length == 0 ? "" : string.Join('\n', lines).TrimEnd('\n') + "\n";

    private static (string? Type, string Message) Split(string line)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        var name = colon < 0 ? line.TrimEnd(':', ' ') : line[..colon];

        // .NET puts a number in brackets behind some names.
        var bracket = name.IndexOf(" (0x", StringComparison.Ordinal);
        name = bracket > 0 ? name[..bracket] : name;
        return name.Length > 0 && !name.AsSpan().ContainsAny(NoName) ? (name, colon < 0 ? "" : line[(colon + 2)..]) : (null, "");
    }
}
