using Dashboard.Core.Configuration.Options;

namespace Dashboard.Core.Configuration.Layers;

/// <summary>
/// The command line as a layer: <c>--Runs:TailPages=100</c>, <c>--Runs.TailPages 100</c>, <c>--destination.storage0.bucket_name=crashes</c>. What is true or
/// false may stand alone: <c>--admin.strict</c>.
/// </summary>
public static class CommandLineLayer
{
    /// <summary>Reads arguments.</summary>
    /// <param name="arguments">As they were typed.</param>
    /// <param name="catalog">What is declared: it decides what a dot means, and what may stand alone.</param>
    public static Layer Read(IReadOnlyList<string> arguments, OptionCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(catalog);
        var values = new List<LayerValue>();
        var faults = new FaultList();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            var typed = argument.StartsWith("--", StringComparison.Ordinal) ? argument[2..] : argument.StartsWith('/') ? argument[1..] : argument;
            var equals = typed.IndexOf('=', StringComparison.Ordinal);
            var bare = ReferenceEquals(typed, argument);
            var name = equals < 0 ? typed : typed[..equals];
            if (name.Length == 0 || (bare && equals < 0))
            {
                faults.Add("command line", null, FaultList.Quote(argument), "--name=value");
                continue;
            }

            var path = Path(name, catalog);
            var dashes = argument[..^typed.Length];
            if (equals >= 0)
            {
                Add(path, typed[(equals + 1)..]);
            }
            else if (catalog.Find(path)?.Type == OptionType.Truth && (i + 1 == arguments.Count || !IsTruth(arguments[i + 1])))
            {
                Add(path, "true");
            }
            else if (i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
            {
                Add(path, arguments[++i]);
            }
            else
            {
                faults.Add("command line", null, $"{FaultList.Quote($"{dashes}{name}")} without a value", $"{dashes}{name}=value");
            }

            void Add(string at, string text) => values.Add(new LayerValue(at, text, new Origin(LayerKind.CommandLine, $"{dashes}{name}")));
        }

        return new Layer(LayerKind.CommandLine, "", values) { Faults = faults.All };
    }

    private static bool IsTruth(string text) => OptionText.Parse(new OptionDefinition("", "", OptionType.Truth), text, out _) is not null;

    // A dot is a step into a section unless what is declared has the dot in its name, as loggers do.
    private static string Path(string name, OptionCatalog catalog)
    {
        var path = name.Replace("__", ":", StringComparison.Ordinal);
        return catalog.Knows(path) || !path.Contains('.', StringComparison.Ordinal) ? path
            : catalog.Knows(path.Replace('.', ':')) ? path.Replace('.', ':')
            : catalog.IsOthers(path) ? path
            : path.Replace('.', ':');
    }
}
