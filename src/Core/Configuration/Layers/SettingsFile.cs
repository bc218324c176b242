namespace Dashboard.Core.Configuration.Layers;

/// <summary>Reads a file of settings as a layer: JSON where its name ends so, ini in ConfigObj's dialect otherwise.</summary>
public static class SettingsFile
{
    /// <summary>Reads it. What is wrong becomes faults of the layer; a file that is not there is one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">As what it counts.</param>
    public static Layer Read(string path, LayerKind kind = LayerKind.File)
    {
        ArgumentNullException.ThrowIfNull(path);
        return IsJson(path) ? JsonSettings.Read(path, kind) : OfIni(ConfigFile.Read(path), path, kind);
    }

    /// <summary>Reads a text as if it stood in a file of that name.</summary>
    public static Layer ReadText(string text, string name, LayerKind kind = LayerKind.File)
    {
        ArgumentNullException.ThrowIfNull(name);
        return IsJson(name) ? JsonSettings.ReadText(text, name, kind) : OfIni(ConfigFile.ReadText(text, name), name, kind);
    }

    private static bool IsJson(string name) => name.EndsWith(".json", StringComparison.OrdinalIgnoreCase);

    private static Layer OfIni(ConfigFile file, string name, LayerKind kind)
    {
        var values = new List<LayerValue>();
        Gather(file.Root, "", kind, values);
        return new Layer(kind, name, values) { Faults = file.Faults };
    }

    private static void Gather(ConfigSection section, string prefix, LayerKind kind, List<LayerValue> values)
    {
        foreach (var value in section.Values)
        {
            values.Add(new LayerValue(OptionPath.Join(prefix, OptionPath.OfDotted(value.Key)), value.Text, new Origin(kind, value.File, value.Line)) { Items = value.IsList ? value.Parts : null });
        }

        foreach (var inner in section.Sections)
        {
            Gather(inner, OptionPath.Join(prefix, OptionPath.OfDotted(inner.Name)), kind, values);
        }
    }
}
