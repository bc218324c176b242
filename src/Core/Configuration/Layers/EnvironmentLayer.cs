using System.Collections;

namespace Dashboard.Core.Configuration.Layers;

/// <summary>Environment variables as a layer: <c>Runs__TailPages</c>, and <c>ASPNETCORE_</c> or <c>DOTNET_</c> before the settings of the web server.</summary>
public static class EnvironmentLayer
{
    private static readonly string[] HostPrefixes = ["DOTNET_", "ASPNETCORE_"];

    /// <summary>Those of this process.</summary>
    public static Layer OfProcess() => Of(System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(each => ((string)each.Key, (string?)each.Value)));

    /// <summary>These.</summary>
    public static Layer Of(IEnumerable<(string Name, string? Text)> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        var values = new List<LayerValue>();
        var bare = variables.Where(each => each.Text is not null).OrderBy(each => each.Name, StringComparer.Ordinal).ToList();

        // First the web server's own way, then what is said plainly, which counts more.
        foreach (var prefix in HostPrefixes)
        {
            values.AddRange(bare.Where(each => each.Name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)).Select(each => Value(each.Name[prefix.Length..], each)));
        }

        values.AddRange(bare.Select(each => Value(each.Name, each)));
        return new Layer(LayerKind.Environment, "", values);
    }

    private static LayerValue Value(string name, (string Name, string? Text) variable) =>
        new(name.Replace("__", ":", StringComparison.Ordinal), variable.Text!, new Origin(LayerKind.Environment, variable.Name));
}
