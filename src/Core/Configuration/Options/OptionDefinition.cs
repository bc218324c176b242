namespace Dashboard.Core.Configuration.Options;

/// <summary>
/// The one declaration of an option: <c>--help</c>, the reading of every file, <c>/settings</c> and the documentation all come from here. Make one with
/// <see cref="Option"/>.
/// </summary>
/// <param name="Name">
/// Its name below the section of whoever declares it, as <c>bucket_name</c>. A name with <c>:</c> in it lies in a section of its own: <c>primary:storage_class</c>.
/// </param>
/// <param name="Doc">What it is for, in a sentence or two; with the unit, where it has one.</param>
/// <param name="Type">What its text must be.</param>
public sealed record OptionDefinition(string Name, string Doc, OptionType Type)
{
    /// <summary>Its text when nobody says anything; null when it then has no value.</summary>
    public string? Default { get; init; }

    /// <summary>True when its value is shown nowhere: no page, no log, no print-out, no fault.</summary>
    public bool IsSecret { get; init; }

    /// <summary>True when there must be a value.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The least a number may be; of a length of time in seconds.</summary>
    public double? Least { get; init; }

    /// <summary>The most a number may be; of a length of time in seconds; of a list how many items.</summary>
    public double? Most { get; init; }

    /// <summary>The texts a <see cref="OptionType.Choice"/> may be.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>
    /// The section whose option of the same name is the default of this one, as in configman: with <c>resource:boto</c>, what <c>resource:boto:bucket_name</c>
    /// says holds for every store that says nothing else.
    /// </summary>
    public string? SharedFrom { get; init; }

    /// <summary>Asks more of a text than its type does: what was expected instead, null when nothing is wrong. Null when its type says all.</summary>
    public Func<string, string?>? Check { get; init; }

    /// <summary>What the class must be that a <see cref="OptionType.Class"/> or <see cref="OptionType.Classes"/> names; null for other types.</summary>
    public Type? Contract { get; init; }

    /// <summary>For <see cref="OptionType.Classes"/>: the option that names the class of each item, with <c>{0}</c> for its place: <c>storage{0}:crashstorage_class</c>.</summary>
    public string? Each { get; init; }

    /// <summary>True when a reload takes a new value over; false when it counts from the next start on.</summary>
    public bool TakesEffectAlive { get; init; } = true;
}

/// <summary>What the text of an option must be.</summary>
public enum OptionType
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Whole,

    /// <summary>A number with a point perhaps.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>, also <c>yes</c>, <c>no</c>, <c>on</c>, <c>off</c>, <c>1</c>, <c>0</c>, in any case.</summary>
    Truth,

    /// <summary>A length of time: seconds, or a number with <c>ms</c>, <c>s</c>, <c>m</c>, <c>h</c> or <c>d</c>, or <c>hours:minutes:seconds</c>.</summary>
    Length,

    /// <summary>Texts with commas between, or a list in JSON.</summary>
    List,

    /// <summary>One of a few words, in any case.</summary>
    Choice,

    /// <summary>The path of a file or folder; one that is not absolute is taken from where the program was started.</summary>
    Path,

    /// <summary>An absolute <c>http</c> or <c>https</c> address.</summary>
    Address,

    /// <summary>The name of a class of a <see cref="Classes.ClassRegistry"/>, or one of its aliases. It brings its own options into the section this one lies in.</summary>
    Class,

    /// <summary>Names of classes with commas between; each lies in a section of its own and brings its options there.</summary>
    Classes,
}
