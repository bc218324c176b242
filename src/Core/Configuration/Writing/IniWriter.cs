using System.Text;

namespace Dashboard.Core.Configuration.Writing;

/// <summary>Writes values under their headings: sections that follow one another share what their paths have in common.</summary>
internal sealed class IniWriter(StringBuilder text)
{
    private string[] open = [];

    /// <summary>Writes the headings that lead from the section before to this one. False when a name cannot be written.</summary>
    public bool Enter(string section)
    {
        var names = section.Length == 0 ? [] : section.Split(':');
        var same = 0;
        while (same < Math.Min(names.Length, open.Length) && names[same].Equals(open[same], StringComparison.OrdinalIgnoreCase))
        {
            same++;
        }

        var written = true;
        for (var depth = same; depth < names.Length; depth++)
        {
            var name = IniText.Name(names[depth]);
            written &= name is not null;
            Indent(depth).Append('[', depth + 1).Append(name).Append(']', depth + 1).Append('\n');
        }

        open = names;
        return written;
    }

    /// <summary>Writes a comment, a line for each of its lines.</summary>
    public void Comment(string comment)
    {
        foreach (var line in comment.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            Indent(open.Length).Append("# ").Append(line).Append('\n');
        }
    }

    /// <summary>Writes a value that is written already in the dialect.</summary>
    public void Value(string name, string written, bool isComment = false)
    {
        Indent(open.Length).Append(isComment ? "#" : "").Append(IniText.Name(name)).Append('=').Append(isComment ? written.ReplaceLineEndings(" ") : written).Append('\n');
    }

    private StringBuilder Indent(int depth) => text.Append(' ', 4 * depth);
}
