using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Dashboard.Core.Configuration.Classes;
using Dashboard.Core.Configuration.Layers;
using Dashboard.Core.Configuration.Options;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Configuration.Readings;

/// <summary>Puts layers together: which text counts for each option, what type it has, which classes it brings in, and what nobody knows.</summary>
public static class ConfigurationResolver
{
    /// <summary>Puts them together.</summary>
    /// <param name="catalog">What can be configured.</param>
    /// <param name="layers">What was said, in any order.</param>
    /// <param name="order">Which kind of layer counts more, the strongest last; of two layers of one kind the later one does.</param>
    /// <param name="strict">Whether an option nobody knows is an error. A layer may say so itself: <c>admin:strict</c>.</param>
    public static ConfigurationReading Resolve(OptionCatalog catalog, IReadOnlyList<Layer> layers, IReadOnlyList<LayerKind>? order = null, bool strict = false)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(layers);
        return new Resolution(catalog, new Said(layers, order ?? LayerOrder.Usual)).Read(strict);
    }

    private sealed class Resolution(OptionCatalog catalog, Said said)
    {
        private const int DeepestClass = 16;
        private const int MostOptions = 20_000;
        private readonly List<ResolvedOption> options = [];
        private readonly Dictionary<string, ResolvedOption> byPath = new(OptionPath.Comparer);
        private readonly Dictionary<string, SectionValues> sections = new(OptionPath.Comparer);
        private readonly HashSet<string> shared = new(OptionPath.Comparer);
        private readonly List<ConfigurationFault> faults = [.. said.Layers.SelectMany(layer => layer.Faults)];
        private readonly List<ConfigurationFault> warnings = [];
        private bool full;

        public ConfigurationReading Read(bool strict)
        {
            foreach (var section in catalog.Sections.SelectMany(Expanded).GroupBy(each => each.Path, OptionPath.Comparer))
            {
                var values = section.SelectMany(each => each.Options).Select(option => Value(section.Key, option, depth: 0)).ToList();
                sections[section.Key] = new SectionValues(section.Key, values);
            }

            SayUnknown();
            var data = Data();
            CheckBound(data);
            if (strict || byPath.GetValueOrDefault("admin:strict")?.Value is true)
            {
                faults.AddRange(warnings);
                warnings.Clear();
            }

            return new ConfigurationReading(options, sections, data)
            {
                Faults = faults,
                Warnings = warnings,
                Others = [.. said.Everything.Where(value => catalog.IsOthers(value.Path) && !byPath.ContainsKey(value.Path)).GroupBy(value => value.Path, OptionPath.Comparer).Select(each => each.Last())],
                Files = [.. said.Layers.Where(layer => layer.Name.Length > 0).SelectMany(layer => layer.Values.Select(value => value.Origin.Place).Prepend(layer.Name)).Distinct(StringComparer.Ordinal)],
            };
        }

        // Sections:* are as many as are spoken of.
        private IEnumerable<OptionSection> Expanded(OptionSection section)
        {
            var star = section.Path.IndexOf('*', StringComparison.Ordinal);
            if (star < 0)
            {
                return [section];
            }

            var before = section.Path[..star].TrimEnd(':');
            return said.Names(before).OrderBy(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var place) ? place : int.MaxValue).ThenBy(name => name, StringComparer.Ordinal)
                .Select(name => section with { Path = OptionPath.Join(before, name) + section.Path[(star + 1)..] });
        }

        // The owner is the option that named the class this one is of: where nothing is said, that is the place to say what is missing.
        private SectionValue Value(string section, OptionDefinition option, int depth, ResolvedOption? owner = null)
        {
            var path = OptionPath.Join(section, option.Name);
            if (byPath.TryGetValue(path, out var known))
            {
                // Two classes in one section may each want the same option, as configman allows.
                return new SectionValue(option, known.Value) { Classes = ClassesOf(known, depth, owner) };
            }

            var resolved = Resolve(path, option, owner);
            if (options.Count >= MostOptions)
            {
                if (!full)
                {
                    full = true;
                    faults.Add(Fault(resolved, $"more than {MostOptions:N0} options", "fewer classes within classes"));
                }

                return new SectionValue(option, resolved.Value);
            }

            options.Add(resolved);
            byPath.Add(path, resolved);
            return new SectionValue(option, resolved.Value) { Classes = ClassesOf(resolved, depth, owner) };
        }

        private ResolvedOption Resolve(string path, OptionDefinition option, ResolvedOption? owner)
        {
            var all = said.All(path);
            string? sharedPath = null;
            if (option.SharedFrom is { } from)
            {
                var there = OptionPath.Join(from, OptionPath.NameOf(option.Name));
                shared.Add(there);
                if (all.Count == 0 && said.All(there) is { Count: > 0 } elsewhere)
                {
                    (all, sharedPath) = (elsewhere, there);
                }
            }

            var text = all is [var strongest, ..] ? TextOf(option, strongest) : option.Default;
            var resolved = new ResolvedOption(path, option) { Text = text, Origin = all is [var first, ..] ? first.Origin : Origin.Default, SharedPath = sharedPath, Overruled = [.. all.Skip(1).Select(each => each.Origin)] };
            string? expected = null;
            var value = string.IsNullOrEmpty(text) && option.Type is not (OptionType.Text or OptionType.List or OptionType.Classes) ? null : text is null ? null : OptionText.Parse(option, text, out expected);
            if (expected is not null)
            {
                faults.Add(Fault(resolved, $"{path} = {Quote(option, text!)}", expected));
            }
            else if (option.IsRequired && (value is null or ""))
            {
                faults.Add(Fault(resolved.IsDefault && owner is not null ? owner : resolved, $"no {path}", $"a value for it: {option.Doc.TrimEnd('.')}"));
            }

            return resolved with { Value = value };
        }

        private static string TextOf(OptionDefinition option, LayerValue value) =>
            value.Items is { } items && option.Type is OptionType.List or OptionType.Classes ? OptionText.OfList(value.Items!) : value.Text;

        private IReadOnlyList<ConfiguredClass> ClassesOf(ResolvedOption option, int depth, ResolvedOption? owner)
        {
            switch (option.Option.Type)
            {
                case OptionType.Class when option.Value is string { Length: > 0 } name:
                    return Loaded(option, name, OptionPath.SectionOf(option.Path), depth, owner) is { } one ? [one] : [];
                case OptionType.Classes when option.Value is IReadOnlyList<string> names:
                    return [.. names.Select((name, place) => Item(option, name, place, depth)).OfType<ConfiguredClass>()];
                default:
                    return [];
            }
        }

        private ConfiguredClass? Item(ResolvedOption list, string name, int place, int depth)
        {
            var each = string.Format(CultureInfo.InvariantCulture, list.Option.Each!, place);
            var option = new OptionDefinition(each, $"The class of item {place + 1} of {list.Path}.", OptionType.Class) { Default = name, Contract = list.Option.Contract };
            var value = Value(OptionPath.SectionOf(list.Path), option, depth, list);
            return value.Classes is [var one] ? one : null;
        }

        private ConfiguredClass? Loaded(ResolvedOption option, string name, string section, int depth, ResolvedOption? owner)
        {
            owner = option.IsDefault && owner is not null ? owner : option;
            var contract = option.Option.Contract!;
            if (depth >= DeepestClass)
            {
                faults.Add(Fault(owner, $"{option.Path} within {DeepestClass} others", "fewer classes within classes"));
                return null;
            }

            if (catalog.Classes.Find(contract, name) is not { } found)
            {
                var names = catalog.Classes.Of(contract).Select(each => each.Name).Order(StringComparer.Ordinal).ToList();
                var nearest = NearestName.To(name, catalog.Classes.Of(contract).SelectMany(each => each.Aliases.Prepend(each.Name)));
                faults.Add(Fault(owner, $"{option.Path} = {FaultList.Quote(name)}, which is no class that may be named", nearest is not null ? $"{nearest}, or another of {string.Join(", ", names)}" : names.Count == 0 ? "none: there are no such classes" : $"one of {string.Join(", ", names)}"));
                return null;
            }

            return new ConfiguredClass(found, new SectionValues(section, found.Options.Select(each => Value(section, each, depth + 1, owner)).ToList()));
        }

        private void SayUnknown()
        {
            foreach (var value in said.Everything)
            {
                var path = value.Path;
                if (byPath.ContainsKey(path) || (value.Text.Length == 0 && said.Names(path).Any()) || shared.Contains(path) || catalog.IsOthers(path) || IsItem(path) || IsOfSomeClass(path) || (value.Origin.Kind == LayerKind.Environment && !SpeaksOfUs(path)))
                {
                    continue;
                }

                var nearest = NearestName.To(path, options.Select(option => option.Path));
                var place = value.Origin.Kind is LayerKind.File or LayerKind.Shipped ? value.Origin.Place : value.Origin.ToString();
                warnings.Add(new ConfigurationFault(place, value.Origin.Line, $"{FaultList.Quote(path)}, which is no option", nearest is null ? "an option that --help lists" : $"{nearest}, perhaps"));
            }
        }

        private bool IsItem(string path) => int.TryParse(OptionPath.NameOf(path), out _) && byPath.GetValueOrDefault(OptionPath.SectionOf(path))?.Option.Type is OptionType.List or OptionType.Classes;

        // What a class shares with others may be said before any such class is chosen.
        private bool IsOfSomeClass(string path) => catalog.Classes.All.Any(each => each.Options.Any(option => option.SharedFrom is { } from && OptionPath.Comparer.Equals(OptionPath.Join(from, OptionPath.NameOf(option.Name)), path)));

        // The environment is full of what others say: only what begins as a section of ours does is held to be meant for us.
        private bool SpeaksOfUs(string path) => path.Contains(':', StringComparison.Ordinal) && catalog.Sections.Any(section => section.Path.Length > 0 && (OptionPath.IsBelow(path, section.Path.Split(':')[0])));

        private Dictionary<string, string?> Data()
        {
            var data = new Dictionary<string, string?>(OptionPath.Comparer);
            foreach (var value in said.FromTheWeakest)
            {
                if (!byPath.ContainsKey(value.Path) && !IsItem(value.Path))
                {
                    if (value.Items is { } items)
                    {
                        Spread(data, value.Path, items);
                    }
                    else
                    {
                        data[value.Path] = value.Text;
                    }
                }
            }

            foreach (var option in options.Where(option => !option.IsDefault))
            {
                if (option.Value is IReadOnlyList<string> list)
                {
                    Spread(data, option.Path, list);
                }
                else
                {
                    data[option.Path] = option.Canonical;
                }
            }

            return data;
        }

        private static void Spread(Dictionary<string, string?> data, string path, IReadOnlyList<string> items)
        {
            for (var i = 0; i < items.Count; i++)
            {
                data[string.Create(CultureInfo.InvariantCulture, $"{path}:{i}")] = items[i];
            }
        }

        // What a class bound to a section asks of it as a whole, it asks before anything is exchanged, too.
        private void CheckBound(Dictionary<string, string?> data)
        {
            if (faults.Count > 0)
            {
                return;
            }

            var configuration = new ConfigurationBuilder().AddInMemoryCollection(data).Build();
            foreach (var section in catalog.Sections.Where(section => section.Bound is not null).DistinctBy(section => (section.Bound, section.Path)))
            {
                foreach (var path in Expanded(section).Select(each => each.Path))
                {
                    var bound = configuration.GetSection(path).Get(section.Bound!) ?? Activator.CreateInstance(section.Bound!)!;
                    var results = new List<ValidationResult>();
                    Validator.TryValidateObject(bound, new ValidationContext(bound), results, validateAllProperties: true);
                    foreach (var result in results)
                    {
                        var member = result.MemberNames.FirstOrDefault();
                        var option = member is null ? null : options.FirstOrDefault(each => OptionPath.SectionOf(each.Path).Equals(path, StringComparison.OrdinalIgnoreCase) && OptionPath.NameOf(each.Path).Equals(member, StringComparison.OrdinalIgnoreCase));
                        faults.Add(option is null ? new ConfigurationFault(path, null, result.ErrorMessage ?? "what is no such section", "a section that fits together") : Fault(option, $"{option.Path} = {Quote(option.Option, option.Text ?? "")}", result.ErrorMessage ?? OptionText.Expected(option.Option)));
                    }
                }
            }
        }

        private static string Quote(OptionDefinition option, string text) => option.IsSecret ? "a secret that is not shown" : FaultList.Quote(SecretText.Shown(option, text));

        private static ConfigurationFault Fault(ResolvedOption option, string found, string expected) =>
            new(option.Origin.Kind is LayerKind.File or LayerKind.Shipped ? option.Origin.Place : option.IsDefault ? "configuration" : option.Origin.ToString(), option.Origin.Line, found, expected);
    }

    /// <summary>What all layers say, by path.</summary>
    private sealed class Said
    {
        private readonly Dictionary<string, List<LayerValue>> byPath = new(OptionPath.Comparer);

        public Said(IReadOnlyList<Layer> layers, IReadOnlyList<LayerKind> order)
        {
            Layers = [.. layers.OrderBy(layer => layer.Kind == LayerKind.Defaults ? -1 : order.ToList().IndexOf(layer.Kind))];
            FromTheWeakest = [.. Layers.SelectMany(layer => Collected(layer))];
            foreach (var value in FromTheWeakest.Reverse())
            {
                if (!byPath.TryGetValue(value.Path, out var values))
                {
                    byPath.Add(value.Path, values = []);
                }

                values.Add(value);
            }
        }

        public IReadOnlyList<Layer> Layers { get; }

        public IReadOnlyList<LayerValue> FromTheWeakest { get; }

        public IEnumerable<LayerValue> Everything => FromTheWeakest;

        /// <summary>What is said of a path, the strongest first.</summary>
        public List<LayerValue> All(string path) => byPath.TryGetValue(path, out var values) ? values : [];

        /// <summary>The names directly below a section.</summary>
        public IEnumerable<string> Names(string section) =>
            byPath.Keys.Where(path => OptionPath.IsBelow(path, section)).Select(path => path[(section.Length == 0 ? 0 : section.Length + 1)..].Split(':')[0]).Distinct(OptionPath.Comparer);

        // Of one layer the last counts; items said one by one, Origins:0 and Origins:1, are also a list.
        private static Dictionary<string, LayerValue>.ValueCollection Collected(Layer layer)
        {
            var last = new Dictionary<string, LayerValue>(OptionPath.Comparer);
            foreach (var value in layer.Values)
            {
                last[value.Path] = value;
            }

            foreach (var list in last.Values.Where(value => IsPlace(OptionPath.NameOf(value.Path))).GroupBy(value => OptionPath.SectionOf(value.Path), OptionPath.Comparer).ToList())
            {
                var items = list.OrderBy(value => int.Parse(OptionPath.NameOf(value.Path), CultureInfo.InvariantCulture)).Select(value => value.Text).ToList();
                var whole = list.First() with { Path = list.Key, Text = string.Join(", ", items), Items = items };

                // Who passes a whole configuration on as arguments says the name of each section as well, with nothing in it.
                if (!last.TryAdd(list.Key, whole) && last[list.Key] is { Text.Length: 0 })
                {
                    last[list.Key] = whole;
                }
            }

            return last.Values;
        }

        private static bool IsPlace(string name) => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _);
    }
}
