using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Xml;
using System.Xml.Linq;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Configuration.Options;

/// <summary>The value of this option is shown nowhere.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretOptionAttribute : Attribute;

/// <summary>
/// Reads declarations off a class that is bound to a section: each property is the one declaration of its option. Its summary is the documentation, its
/// initial value the default, its type and <see cref="RangeAttribute"/> what may stand there.
/// </summary>
public static class OptionsClass
{
    private static readonly ConcurrentDictionary<Assembly, IReadOnlyDictionary<string, string>> Summaries = new();

    /// <summary>The section of a class; properties that are classes themselves are sections within it, each returned on its own.</summary>
    /// <param name="path">The section it is bound to.</param>
    /// <param name="type">The class; it can be made without arguments.</param>
    public static IEnumerable<OptionSection> Sections(string path, Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return Sections(path, type, isWhole: true);
    }

    private static IEnumerable<OptionSection> Sections(string path, Type type, bool isWhole)
    {
        var defaults = Activator.CreateInstance(type)!;
        var options = new List<OptionDefinition>();
        var inner = new List<OptionSection>();
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.SetMethod is { IsPublic: true }))
        {
            var name = property.GetCustomAttribute<ConfigurationKeyNameAttribute>()?.Name ?? property.Name;
            if (TypeOf(property.PropertyType) is { } kind)
            {
                options.Add(Declare(name, property, kind, defaults));
            }
            else if (!typeof(System.Collections.IEnumerable).IsAssignableFrom(property.PropertyType))
            {
                // A dictionary has names that nobody can declare, and each item of a list is a section: both are added by whoever adds this one.
                inner.AddRange(Sections($"{path}:{name}", property.PropertyType, isWhole: false));
            }
        }

        return [new OptionSection(path, SummaryOf(type), options) { Bound = isWhole ? type : null }, .. inner];
    }

    private static OptionDefinition Declare(string name, PropertyInfo property, OptionType kind, object defaults)
    {
        var range = property.GetCustomAttribute<RangeAttribute>();
        var enumeration = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return new OptionDefinition(name, SummaryOf(property), kind)
        {
            Default = property.GetValue(defaults) switch
            {
                null => null,
                bool truth => truth ? "true" : "false",
                TimeSpan length => OptionText.OfLength(length),
                IReadOnlyList<string> list => OptionText.OfList(list),
                IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
                var value => value.ToString(),
            },
            Least = range is null ? (enumeration == typeof(int) ? int.MinValue : null) : Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture),
            Most = range is not null ? Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture) : enumeration == typeof(int) ? int.MaxValue : property.GetCustomAttribute<MaxLengthAttribute>()?.Length,
            Choices = enumeration.IsEnum ? Enum.GetNames(enumeration) : [],
            IsSecret = property.IsDefined(typeof(SecretOptionAttribute)),
            TakesEffectAlive = false,
        };
    }

    private static OptionType? TypeOf(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain == typeof(string) || plain == typeof(TimeOnly) ? OptionType.Text
            : plain == typeof(int) || plain == typeof(long) ? OptionType.Whole
            : plain == typeof(double) ? OptionType.Number
            : plain == typeof(bool) ? OptionType.Truth
            : plain == typeof(TimeSpan) ? OptionType.Length
            : plain.IsEnum ? OptionType.Choice
            : typeof(IReadOnlyList<string>).IsAssignableFrom(plain) ? OptionType.List
            : null;
    }

    // The compiler writes the summaries of an assembly into a file beside it.
    private static string SummaryOf(MemberInfo member)
    {
        var key = member is Type type ? $"T:{type.FullName}" : $"P:{member.DeclaringType!.FullName}.{member.Name}";
        return Summaries.GetOrAdd(member.Module.Assembly, Read).GetValueOrDefault(key, "");
    }

    private static Dictionary<string, string> Read(Assembly assembly)
    {
        var path = Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml");
        try
        {
            using var reader = XmlReader.Create(path, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            return XDocument.Load(reader).Descendants("member").Where(member => member.Element("summary") is not null)
                .GroupBy(member => (string?)member.Attribute("name") ?? "", StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => Plain(group.First().Element("summary")!), StringComparer.Ordinal);
        }
        catch (Exception cause) when (cause is IOException or XmlException or UnauthorizedAccessException)
        {
            // The program runs without its documentation; help then names the options and no more.
            return [];
        }
    }

    private static string Plain(XElement summary) => string.Join(' ', string.Concat(summary.Nodes().Select(node => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } see => (((string?)see.Attribute("cref") ?? (string?)see.Attribute("langword") ?? "").Split(':')[^1]).Split('.')[^1],
        XElement element => element.Value,
        _ => "",
    })).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
