namespace Dashboard.Core.Configuration.Layers;

/// <summary>Paths of options: sections and a name with <c>:</c> between, compared in any case.</summary>
public static class OptionPath
{
    /// <summary>How paths are compared.</summary>
    public static StringComparer Comparer => StringComparer.OrdinalIgnoreCase;

    /// <summary>A path below a section; the whole has the empty path.</summary>
    public static string Join(string section, string name) => section is { Length: > 0 } ? $"{section}:{name}" : name;

    /// <summary>The section a path lies in.</summary>
    public static string SectionOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var last = path.LastIndexOf(':');
        return last < 0 ? "" : path[..last];
    }

    /// <summary>The last part of a path.</summary>
    public static string NameOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path[(path.LastIndexOf(':') + 1)..];
    }

    /// <summary>Whether a path lies below a section.</summary>
    public static bool IsBelow(string path, string section)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(section);
        return section.Length == 0 || (path.Length > section.Length && path[section.Length] == ':' && path.StartsWith(section, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>
    /// A name in configman's way of writing, with dots. Names of classes and of loggers, which have dots in them, begin after a section with a capital letter
    /// and are left alone: only what is written in small letters throughout is a path of configman's.
    /// </summary>
    public static string OfDotted(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Contains('.', StringComparison.Ordinal) && !name.Contains(':', StringComparison.Ordinal) && !name.Any(char.IsAsciiLetterUpper) ? name.Replace('.', ':') : name;
    }
}
