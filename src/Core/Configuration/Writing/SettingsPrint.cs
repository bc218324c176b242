using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Core.Configuration.Layers;
using Dashboard.Core.Configuration.Options;
using Dashboard.Core.Configuration.Readings;

namespace Dashboard.Core.Configuration.Writing;

/// <summary>Everything a reading says, for people and programs to look at: each option with its documentation, its value and where that is from. No secret is in it.</summary>
public static class SettingsPrint
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>As <c>ini</c>, <c>json</c> or <c>env</c>.</summary>
    public static string Of(ConfigurationReading reading, string format)
    {
        ArgumentNullException.ThrowIfNull(reading);
        return format switch
        {
            "ini" => Ini(reading),
            "json" => OfJson(reading),
            "env" => Env(reading),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "ini, json or env"),
        };
    }

    private static string Ini(ConfigurationReading reading)
    {
        var text = new StringBuilder();
        var writer = new IniWriter(text);
        foreach (var option in IniOrder.Of(reading.Options, option => option.Path))
        {
            writer.Enter(OptionPath.SectionOf(option.Path));
            writer.Comment(option.Option.Doc);
            writer.Comment(From(option));
            writer.Value(OptionPath.NameOf(option.Path), Written(option) ?? "", isComment: option.IsDefault || option.Shown != option.Text);
            text.Append('\n');
        }

        return text.ToString();
    }

    private static string? Written(ResolvedOption option) => option.Option.Type is OptionType.List or OptionType.Classes ? option.Shown : option.Shown is { } shown ? IniText.Of(shown) ?? IniText.Of(JsonSerializer.Serialize(shown)) : null;

    private static string From(ResolvedOption option) =>
        (option.IsDefault ? "default" : $"from {option.Origin}")
        + (option.SharedPath is { } shared ? $", as {shared}" : "")
        + (option.Overruled.Count > 0 ? $"; counts more than {string.Join(", ", option.Overruled)}" : "")
        + (option.Text is not null && option.Shown != option.Text ? "; a secret is not shown" : "");

    private static string OfJson(ConfigurationReading reading) => new JsonObject
    {
        ["options"] = new JsonArray([.. reading.Options.Select(option => new JsonObject
        {
            ["path"] = option.Path,
            ["value"] = option.Shown,
            ["from"] = option.Origin.ToString(),
            ["as"] = option.SharedPath,
            ["overruled"] = new JsonArray([.. option.Overruled.Select(origin => (JsonNode)origin.ToString())]),
            ["default"] = option.Option.Default,
            ["type"] = JsonNamingPolicy.SnakeCaseLower.ConvertName(option.Option.Type.ToString()),
            ["secret"] = option.Option.IsSecret,
            ["doc"] = option.Option.Doc,
        })]),
        ["faults"] = new JsonArray([.. reading.Faults.Select(fault => (JsonNode)fault.ToString())]),
        ["warnings"] = new JsonArray([.. reading.Warnings.Select(fault => (JsonNode)fault.ToString())]),
    }.ToJsonString(Json) + "\n";

    private static string Env(ConfigurationReading reading)
    {
        var text = new StringBuilder();
        foreach (var option in reading.Options)
        {
            text.Append("# ").Append(OneLine(option.Option.Doc)).Append('\n').Append("# ").Append(From(option)).Append('\n')
                .Append(option.IsDefault || option.Shown != option.Text ? "#" : "").Append(option.Path.Replace(":", "__", StringComparison.Ordinal)).Append('=').Append(ShellText(option.Shown ?? "")).Append("\n\n");
        }

        return text.ToString();
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    // What every shell takes as it is, and all else between quotes in which nothing means anything.
    private static string ShellText(string text) => text.All(letter => char.IsAsciiLetterOrDigit(letter) || "_-./:@%+,".Contains(letter, StringComparison.Ordinal)) ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
