using Dashboard.Core.Configuration.Layers;
using Dashboard.Core.Configuration.Options;
using Dashboard.Core.Failures;

namespace Dashboard.Core.Configuration.Readings;

/// <summary>What of a value may be shown.</summary>
public static class SecretText
{
    /// <summary>What stands in the place of a secret, whatever its length.</summary>
    public const string Mask = Redaction.Mark;

    /// <summary>The section of the secrets of crash stores, by names nobody can declare: all in it is secret.</summary>
    public const string OfStores = "StoreSecrets";

    /// <summary>A value of an option as anybody may see it: a secret not at all, any other text without the secrets somebody wrote into it.</summary>
    public static string Shown(OptionDefinition option, string text)
    {
        ArgumentNullException.ThrowIfNull(option);
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == 0 ? "" : option.IsSecret ? Mask : Redaction.Of(text);
    }

    /// <summary>A value of the framework's sections, whose options are not declared here, as anybody may see it.</summary>
    public static string OfOther(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == 0 ? "" : OptionPath.IsBelow(path, OfStores) || SecretKey.Of(path.AsSpan(path.LastIndexOf(':') + 1)) is SecretKind.Plain ? Mask : Redaction.Of(text);
    }
}
