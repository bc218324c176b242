using Dashboard.Core.Configuration.Classes;
using Dashboard.Core.Configuration.Layers;

namespace Dashboard.Core.Configuration.Options;

/// <summary>Some options of one section, and who reads them.</summary>
/// <param name="Path">The section; <c>*</c> in it stands for any one name, as in <c>Sources:*</c>. Empty for the whole.</param>
/// <param name="Doc">What the section is for, in a sentence.</param>
/// <param name="Options">What can be said in it.</param>
public sealed record OptionSection(string Path, string Doc, IReadOnlyList<OptionDefinition> Options)
{
    /// <summary>The class that is bound to the section and checks it as a whole; null for none.</summary>
    public Type? Bound { get; init; }
}

/// <summary>All that can be configured: every section's declarations, and the sections that belong to others and are passed through.</summary>
public sealed class OptionCatalog
{
    private readonly List<OptionSection> sections = [];
    private readonly List<(string Path, string Doc)> others = [];

    /// <summary>With these classes to choose from.</summary>
    public OptionCatalog(ClassRegistry classes) => Classes = classes;

    /// <summary>The classes that can be named.</summary>
    public ClassRegistry Classes { get; }

    /// <summary>The sections, in the order they were added.</summary>
    public IReadOnlyList<OptionSection> Sections => sections;

    /// <summary>Sections of the framework, whose options are not declared here; each with what it is for.</summary>
    public IReadOnlyList<(string Path, string Doc)> Others => others;

    /// <summary>Adds a section.</summary>
    /// <exception cref="ArgumentException">An option of it is declared already.</exception>
    public OptionCatalog Add(OptionSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        foreach (var option in section.Options)
        {
            var path = OptionPath.Join(section.Path, option.Name);
            if (sections.Any(each => each.Options.Any(known => OptionPath.Comparer.Equals(OptionPath.Join(each.Path, known.Name), path))))
            {
                throw new ArgumentException($"{path} is declared twice.", nameof(section));
            }
        }

        sections.Add(section);
        return this;
    }

    /// <summary>Lets a section through that belongs to the framework.</summary>
    public OptionCatalog PassThrough(string path, string doc)
    {
        others.Add((path, doc));
        return this;
    }

    /// <summary>The declaration of an option outside of classes; null when there is none.</summary>
    public OptionDefinition? Find(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        foreach (var section in sections)
        {
            foreach (var option in section.Options)
            {
                if (Matches(OptionPath.Join(section.Path, option.Name), path))
                {
                    return option;
                }
            }
        }

        return null;
    }

    /// <summary>Whether a path is declared, or the place of an item of a declared list.</summary>
    public bool Knows(string path) => Find(path) is not null || (int.TryParse(OptionPath.NameOf(path), out _) && Find(OptionPath.SectionOf(path))?.Type is OptionType.List or OptionType.Classes);

    /// <summary>Whether a path belongs to the framework.</summary>
    public bool IsOthers(string path) => others.Any(each => OptionPath.Comparer.Equals(each.Path, path) || OptionPath.IsBelow(path, each.Path));

    /// <summary>The path as it is declared, letter for letter; itself when it is not.</summary>
    internal static bool Matches(string pattern, string path)
    {
        if (!pattern.Contains('*', StringComparison.Ordinal))
        {
            return pattern.Equals(path, StringComparison.OrdinalIgnoreCase);
        }

        var (patterns, parts) = (pattern.Split(':'), path.Split(':'));
        return patterns.Length == parts.Length && patterns.Zip(parts).All(each => each.First == "*" || each.First.Equals(each.Second, StringComparison.OrdinalIgnoreCase));
    }
}
