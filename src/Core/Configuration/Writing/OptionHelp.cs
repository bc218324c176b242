using System.Text;
using Dashboard.Core.Configuration.Layers;
using Dashboard.Core.Configuration.Options;

namespace Dashboard.Core.Configuration.Writing;

/// <summary>Every option with what it is for: for <c>--help</c>, and as the pages of the documentation.</summary>
public static class OptionHelp
{
    private const int Width = 110;

    /// <summary>For a terminal.</summary>
    public static string ForTerminal(OptionCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var text = new StringBuilder();
        foreach (var section in catalog.Sections)
        {
            Heading(text, section.Path.Length == 0 ? "Everywhere" : section.Path, section.Doc);
            foreach (var option in section.Options)
            {
                Line(text, OptionPath.Join(section.Path, option.Name), option);
            }
        }

        foreach (var loadable in catalog.Classes.All)
        {
            Heading(text, $"Where {loadable.Name} is the class", loadable.Doc);
            foreach (var option in loadable.Options)
            {
                Line(text, $"SECTION:{option.Name}", option);
            }
        }

        foreach (var (path, doc) in catalog.Others)
        {
            Heading(text, $"{path}:*", doc);
        }

        return text.ToString();
    }

    /// <summary>As a page in Markdown.</summary>
    public static string ForDocumentation(OptionCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var text = new StringBuilder();
        foreach (var section in catalog.Sections)
        {
            Table(text, section.Path.Length == 0 ? "Everywhere" : $"`{section.Path}`", section.Doc, section.Options);
        }

        foreach (var loadable in catalog.Classes.All)
        {
            var names = loadable.Aliases.Where(alias => alias != loadable.Type.FullName).ToList();
            Table(text, $"`{loadable.Name}`", $"{loadable.Doc}{(names.Count > 0 ? $" Also named {string.Join(", ", names.Select(name => $"`{name}`"))}." : "")}", loadable.Options);
        }

        text.Append("### Of the framework\n\n");
        foreach (var (path, doc) in catalog.Others)
        {
            text.Append("- `").Append(path).Append("`: ").Append(doc).Append('\n');
        }

        return text.ToString();
    }

    private static void Heading(StringBuilder text, string title, string doc)
    {
        text.Append('\n').Append(title).Append('\n');
        Wrapped(text, doc, indent: 2);
    }

    private static void Line(StringBuilder text, string path, OptionDefinition option)
    {
        text.Append("  --").Append(path).Append('=').Append(Value(option)).Append('\n');
        Wrapped(text, $"{option.Doc}{Rest(option)}", indent: 6);
    }

    private static void Table(StringBuilder text, string title, string doc, IReadOnlyList<OptionDefinition> options)
    {
        text.Append("### ").Append(title).Append("\n\n");
        if (doc.Length > 0)
        {
            text.Append(doc).Append("\n\n");
        }

        if (options.Count == 0)
        {
            return;
        }

        text.Append("| option | value | default | what for |\n| --- | --- | --- | --- |\n");
        foreach (var option in options)
        {
            text.Append("| `").Append(option.Name).Append("` | ").Append(Cell(Value(option))).Append(" | ").Append(option.Default is { Length: > 0 } otherwise ? $"`{Cell(otherwise)}`" : "").Append(" | ").Append(Cell(option.Doc)).Append(Marks(option)).Append(" |\n");
        }

        text.Append('\n');
    }

    private static string Value(OptionDefinition option) => option.Type switch
    {
        OptionType.Choice => string.Join("|", option.Choices),
        OptionType.Class => option.Contract!.Name,
        OptionType.Classes => $"{option.Contract!.Name},…",
        OptionType.Whole or OptionType.Number when option is { Least: > int.MinValue, Most: { } most } => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{option.Least:0.###}…{most:0.###}"),
        OptionType.Whole => "whole number",
        OptionType.Truth => "true|false",
        OptionType.List => "a,b,…",
        _ => option.Type.ToString().ToLowerInvariant(),
    };

    private static string Rest(OptionDefinition option) => (option.Default is { Length: > 0 } otherwise ? $" Default: {otherwise}." : "") + Marks(option);

    private static string Marks(OptionDefinition option) => (option.IsSecret ? " Secret." : "") + (option.IsRequired ? " Required." : "") + (option.SharedFrom is { } from ? $" Taken from {from}:{OptionPath.NameOf(option.Name)} when not said." : "");

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");

    private static void Wrapped(StringBuilder text, string words, int indent)
    {
        var column = 0;
        foreach (var word in words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (column > 0 && column + 1 + word.Length > Width - indent)
            {
                text.Append('\n');
                column = 0;
            }

            text.Append(' ', column == 0 ? indent : 1).Append(word);
            column += word.Length + (column == 0 ? 0 : 1);
        }

        if (column > 0)
        {
            text.Append('\n');
        }
    }
}
