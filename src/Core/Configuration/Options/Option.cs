using System.Globalization;

namespace Dashboard.Core.Configuration.Options;

/// <summary>Declares options in a line each; what is rarer is added by <c>with</c>.</summary>
public static class Option
{
    /// <summary>A text.</summary>
    public static OptionDefinition Text(string name, string doc, string? otherwise = null) => new(name, doc, OptionType.Text) { Default = otherwise };

    /// <summary>A text that is shown nowhere.</summary>
    public static OptionDefinition Secret(string name, string doc) => new(name, doc, OptionType.Text) { IsSecret = true };

    /// <summary>A whole number.</summary>
    public static OptionDefinition Whole(string name, string doc, long? otherwise = null, long? least = null, long? most = null) =>
        new(name, doc, OptionType.Whole) { Default = otherwise?.ToString(CultureInfo.InvariantCulture), Least = least, Most = most };

    /// <summary>A number.</summary>
    public static OptionDefinition Number(string name, string doc, double? otherwise = null, double? least = null, double? most = null) =>
        new(name, doc, OptionType.Number) { Default = otherwise?.ToString("R", CultureInfo.InvariantCulture), Least = least, Most = most };

    /// <summary>True or false.</summary>
    public static OptionDefinition Truth(string name, string doc, bool otherwise) => new(name, doc, OptionType.Truth) { Default = otherwise ? "true" : "false" };

    /// <summary>A length of time.</summary>
    public static OptionDefinition Length(string name, string doc, TimeSpan? otherwise = null, TimeSpan? least = null, TimeSpan? most = null) =>
        new(name, doc, OptionType.Length) { Default = otherwise is { } length ? OptionText.OfLength(length) : null, Least = least?.TotalSeconds, Most = most?.TotalSeconds };

    /// <summary>A list of texts.</summary>
    public static OptionDefinition List(string name, string doc, params IEnumerable<string> otherwise) => new(name, doc, OptionType.List) { Default = OptionText.OfList([.. otherwise]) };

    /// <summary>One of the names of an enumeration.</summary>
    public static OptionDefinition Choice<TEnum>(string name, string doc, TEnum? otherwise = null)
        where TEnum : struct, Enum => new(name, doc, OptionType.Choice) { Default = otherwise?.ToString(), Choices = Enum.GetNames<TEnum>() };

    /// <summary>A path.</summary>
    public static OptionDefinition Path(string name, string doc, string? otherwise = null) => new(name, doc, OptionType.Path) { Default = otherwise };

    /// <summary>An address.</summary>
    public static OptionDefinition Address(string name, string doc, string? otherwise = null) => new(name, doc, OptionType.Address) { Default = otherwise };

    /// <summary>A class that is a <typeparamref name="TContract"/>; its options come into the section this one lies in.</summary>
    public static OptionDefinition Class<TContract>(string name, string doc, string? otherwise = null) =>
        new(name, doc, OptionType.Class) { Default = otherwise, Contract = typeof(TContract) };

    /// <summary>Classes that each are a <typeparamref name="TContract"/>, each in a section of its own.</summary>
    /// <param name="name">The name of the list: <c>storage_classes</c>.</param>
    /// <param name="doc">What it is for.</param>
    /// <param name="each">The option that names the class of an item, <c>{0}</c> being its place: <c>storage{0}:crashstorage_class</c>.</param>
    public static OptionDefinition Classes<TContract>(string name, string doc, string each) =>
        new(name, doc, OptionType.Classes) { Default = "", Contract = typeof(TContract), Each = each };
}
