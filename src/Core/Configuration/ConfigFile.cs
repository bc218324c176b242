namespace Dashboard.Core.Configuration;

/// <summary>
/// A file in the dialect of ConfigObj, which configman and with it crontabber reads: <c>[section]</c>, <c>[[sub-section]]</c>, quotes, values over several
/// lines in triple quotes, unquoted commas that make a list, and <c>+include FILE</c>. What is wrong is told as a fault and the rest is read.
/// </summary>
public sealed class ConfigFile
{
    private ConfigFile(ConfigSection root, IReadOnlyList<ConfigurationFault> faults, IReadOnlyList<string> files) =>
        (Root, Faults, Files) = (root, faults, files);

    /// <summary>The values before the first heading, and all sections.</summary>
    public ConfigSection Root { get; }

    /// <summary>What is wrong, in the order it was found.</summary>
    public IReadOnlyList<ConfigurationFault> Faults { get; }

    /// <summary>Every file that was read or looked for, the first one first: when one of them changes, this is out of date.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Reads a file and what it includes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="commentedIncludes">
    /// Whether <c>#+include FILE</c>, which <c>--admin.dump_conf</c> writes, is followed where the file is there. configman itself takes it for a comment.
    /// </param>
    public static ConfigFile Read(string path, bool commentedIncludes = true)
    {
        var faults = new FaultList();
        var lines = new IncludedLines(faults, commentedIncludes);
        lines.AddFile(path);
        return Parse(lines, faults);
    }

    /// <summary>Reads a text that names no other files, or whose includes lie beside <paramref name="name"/>.</summary>
    public static ConfigFile ReadText(string text, string name, bool commentedIncludes = true)
    {
        var faults = new FaultList();
        var lines = new IncludedLines(faults, commentedIncludes);
        lines.AddText(text, name);
        return Parse(lines, faults);
    }

    private static ConfigFile Parse(IncludedLines lines, FaultList faults)
    {
        var root = new ConfigReader(lines.All, faults).Read(lines.Files.Count > 0 ? lines.Files[0] : "");
        return new ConfigFile(root, faults.All, lines.Files);
    }
}
