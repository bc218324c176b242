using Dashboard.Core.Configuration.Options;

namespace Dashboard.Core.Configuration;

/// <summary>The options about options, as configman has them: section <c>admin</c>.</summary>
public static class AdminOptions
{
    /// <summary>The files.</summary>
    public const string Conf = "admin:conf";

    /// <summary>To print and end.</summary>
    public const string Print = "admin:print_conf";

    /// <summary>To write and end.</summary>
    public const string Dump = "admin:dump_conf";

    /// <summary>Whether what nobody knows is an error.</summary>
    public const string Strict = "admin:strict";

    /// <summary>The order of layers.</summary>
    public const string Order = "admin:order";

    /// <summary>The folder of plug-ins.</summary>
    public const string Plugins = "admin:plugins";

    /// <summary>The declarations.</summary>
    public static OptionSection Section { get; } = new(
        "admin",
        "How the configuration itself is read and shown.",
        [
            Option.List("conf", "The files to read, the strongest last: JSON where the name ends in .json, ini in configman's dialect otherwise. Said on the command line or in the environment."),
            new OptionDefinition("print_conf", "Prints every option with its documentation, its value and where that is from, as ini, json or env, and ends. Secrets are masked.", OptionType.Choice) { Choices = ["ini", "json", "env"], TakesEffectAlive = false },
            Option.Path("dump_conf", "Writes what is said by file, environment and command line into a file that reads back as the same, and ends. Secrets go into a second file beside it, which only its owner may read.") with { TakesEffectAlive = false },
            Option.Truth("strict", "Whether an option nobody knows is an error; otherwise it is a warning that names the nearest.", otherwise: false),
            Option.List("order", "Which layer counts more, the strongest last. Defaults are always the weakest. Said on the command line or in the environment.", "shipped", "environment", "file", "command-line"),
            Option.Path("plugins", "A folder of assemblies whose classes may be named beside those of the program; each is looked for by its own name, never by one that stands in a file. Without it there are none.") with { TakesEffectAlive = false },
        ]);
}
