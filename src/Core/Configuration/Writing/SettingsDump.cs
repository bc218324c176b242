using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Core.Configuration.Layers;
using Dashboard.Core.Configuration.Options;
using Dashboard.Core.Configuration.Readings;

namespace Dashboard.Core.Configuration.Writing;

/// <summary>What a dump wrote.</summary>
/// <param name="Files">The files; the first is the one asked for, the second has the secrets and is readable by its owner only.</param>
public sealed record DumpedSettings(IReadOnlyList<string> Files);

/// <summary>A configuration could not be written so that it reads back as the same; nothing was left behind.</summary>
public sealed class SettingsDumpException(string message) : Exception(message);

/// <summary>
/// Writes a reading into a file that reads back as the same, and proves it before anything is put in place. Secrets go into a file of their own beside it: an
/// ini includes that one, of JSON both are to be named.
/// </summary>
public static class SettingsDump
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes it.</summary>
    /// <exception cref="SettingsDumpException">A value cannot be written in this format.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static async Task<DumpedSettings> WriteAsync(ConfigurationReading reading, OptionCatalog catalog, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reading);
        var full = Path.GetFullPath(path);
        var secrets = Path.ChangeExtension(full, ".secrets" + Path.GetExtension(full));
        if (Path.GetDirectoryName(full) is not { } folder || !Directory.Exists(folder))
        {
            throw new SettingsDumpException($"There is no folder for {full}.");
        }

        // Found out before one of the two is in its place.
        if (((string[])[full, secrets]).FirstOrDefault(Directory.Exists) is { } taken)
        {
            throw new SettingsDumpException($"{taken} is a folder.");
        }

        var (open, hidden) = Texts(reading, Path.GetFileName(full), Path.GetFileName(secrets));

        // Beside the place and under the final names, so that the include is found as it will be.
        var trial = Directory.CreateDirectory(Path.Combine(folder, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}"));
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(trial.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            List<(string From, string To)> files = [(Path.Combine(trial.FullName, Path.GetFileName(full)), full)];
            await File.WriteAllTextAsync(files[0].From, open, Utf8, cancellationToken);
            if (hidden is not null)
            {
                files.Add((Path.Combine(trial.FullName, Path.GetFileName(secrets)), secrets));
                await WriteSecretAsync(files[1].From, hidden, cancellationToken);
            }

            Prove(reading, catalog, IsJson(full) ? [.. files.Select(file => file.From)] : [files[0].From]);
            foreach (var (from, to) in Enumerable.Reverse(files))
            {
                File.Move(from, to, overwrite: true);
            }

            return new DumpedSettings([.. files.Select(file => file.To)]);
        }
        finally
        {
            trial.Delete(recursive: true);
        }
    }

    /// <summary>The text of the file, and that of the secrets; null when there are none.</summary>
    /// <exception cref="SettingsDumpException">A value cannot be written in this format.</exception>
    public static (string Open, string? Secrets) Texts(ConfigurationReading reading, string name, string secretsName)
    {
        ArgumentNullException.ThrowIfNull(reading);
        var said = reading.Options.Where(option => !option.IsDefault && option.SharedPath is null && !OptionPath.IsBelow(option.Path, AdminOptions.Section.Path)).ToList();

        // What is not shown is not written where others may read it: also the password in an address, and that of a certificate of the web server's.
        var hidden = said.Where(IsHidden).ToList();
        var shared = reading.Options.Where(option => option.SharedPath is not null).GroupBy(option => option.SharedPath!, OptionPath.Comparer).Select(each => each.First() with { Path = each.Key, SharedPath = null }).ToList();
        hidden.AddRange(shared.Where(IsHidden));
        var hiddenOthers = reading.Others.Where(other => SecretText.OfOther(other.Path, other.Text) != other.Text).ToList();
        var openOthers = reading.Others.Except(hiddenOthers).ToList();
        var hasSecrets = hidden.Count + hiddenOthers.Count > 0;
        if (IsJson(name))
        {
            return (OfJson([.. said.Except(hidden), .. shared.Except(hidden)], openOthers), hasSecrets ? OfJson(hidden, hiddenOthers) : null);
        }

        var open = new StringBuilder("# Written by --admin.dump_conf: it reads back as the same. What is commented out is a default.\n\n");
        WriteIni(open, [.. reading.Options.Where(option => option.SharedPath is null && !OptionPath.IsBelow(option.Path, AdminOptions.Section.Path)).Concat(shared).Where(option => !hidden.Contains(option))], openOthers);
        if (!hasSecrets)
        {
            return (open.ToString(), null);
        }

        open.Append("\n# The secrets, in a file that only its owner may read.\n#+include ./").Append(secretsName).Append('\n');
        var closed = new StringBuilder();
        WriteIni(closed, hidden, hiddenOthers);
        return (open.ToString(), closed.ToString());
    }

    private static bool IsHidden(ResolvedOption option) => option.Option.IsSecret || option.Shown != option.Text;

    private static void WriteIni(StringBuilder text, List<ResolvedOption> options, IReadOnlyList<LayerValue> others)
    {
        var writer = new IniWriter(text);

        // A section is opened once: all that lies in it comes together, what lies deeper after what does not.
        var lines = options.Select(option => (option.Path, Option: (ResolvedOption?)option, Other: (LayerValue?)null)).Concat(others.Select(other => (other.Path, (ResolvedOption?)null, (LayerValue?)other)));
        foreach (var (path, option, other) in IniOrder.Of(lines.ToList(), line => line.Path))
        {
            if (!writer.Enter(OptionPath.SectionOf(path)) || IniText.Name(OptionPath.NameOf(path)) is null)
            {
                throw new SettingsDumpException($"{path} has a name that ini cannot write; dump as .json.");
            }

            if (option is not null)
            {
                writer.Comment(option.Option.Doc);
                writer.Value(OptionPath.NameOf(path), option.IsDefault ? SecretText.Shown(option.Option, option.Text ?? "") : Written(option), isComment: option.IsDefault);
            }
            else
            {
                writer.Value(OptionPath.NameOf(path), other!.Items is { } items ? WrittenList(path, items) : IniText.Of(other.Text) ?? throw Unwritable(path));
            }
        }
    }

    private static string Written(ResolvedOption option) =>
        option.Value is IReadOnlyList<string> list ? WrittenList(option.Path, list) : IniText.Of(option.Option.Type is OptionType.Text ? option.Text! : option.Canonical ?? "") ?? throw Unwritable(option.Path);

    private static string WrittenList(string path, IReadOnlyList<string> items)
    {
        var text = OptionText.OfList(items);
        return text.Length > 0 && text[0] != '[' ? text : IniText.Of(text) ?? throw Unwritable(path);
    }

    private static SettingsDumpException Unwritable(string path) => new($"The text of {path} cannot be written as ini; dump as .json.");

    private static string OfJson(IEnumerable<ResolvedOption> options, IReadOnlyList<LayerValue> others)
    {
        var root = new JsonObject();
        foreach (var option in options)
        {
            Put(root, option.Path, option.Value switch
            {
                bool truth => JsonValue.Create(truth),
                long whole => JsonValue.Create(whole),
                double number => JsonValue.Create(number),
                IReadOnlyList<string> list => new JsonArray([.. list.Select(item => (JsonNode)JsonValue.Create(item))]),
                _ => JsonValue.Create(option.Option.Type is OptionType.Text ? option.Text : option.Canonical),
            });
        }

        foreach (var other in others)
        {
            Put(root, other.Path, other.Items is { } items ? new JsonArray([.. items.Select(item => (JsonNode)JsonValue.Create(item))]) : JsonValue.Create(other.Text));
        }

        return root.ToJsonString(Json) + "\n";
    }

    private static void Put(JsonObject root, string path, JsonNode? value)
    {
        var parts = path.Split(':');
        var at = root;
        foreach (var part in parts[..^1])
        {
            if (at.FirstOrDefault(each => each.Key.Equals(part, StringComparison.OrdinalIgnoreCase)).Value is not JsonObject inner)
            {
                at[part] = inner = [];
            }

            at = inner;
        }

        at[parts[^1]] = value;
    }

    private static void Prove(ConfigurationReading reading, OptionCatalog catalog, IReadOnlyList<string> files)
    {
        var back = ConfigurationResolver.Resolve(catalog, [.. files.Select(file => SettingsFile.Read(file))]);
        var different = reading.Options.Where(option => !OptionPath.IsBelow(option.Path, AdminOptions.Section.Path) && Said(option) != Said(back.Find(option.Path)))
            .Select(option => option.Path)
            .Concat(reading.Others.Where(other => back.Others.FirstOrDefault(each => OptionPath.Comparer.Equals(each.Path, other.Path))?.Text != other.Text).Select(other => other.Path)).ToList();
        if (different.Count > 0)
        {
            throw new SettingsDumpException($"{different[0]}{(different.Count > 1 ? $" and {different.Count - 1} more" : "")} would not read back as the same; nothing was written.");
        }
    }

    private static (string?, bool)? Said(ResolvedOption? option) => option is null ? null : (option.Option.Type is OptionType.Text ? option.Text : option.Canonical, option.IsDefault);

    private static async Task WriteSecretAsync(string path, string text, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var stream = new FileStream(path, options);
        await stream.WriteAsync(Utf8.GetBytes(text), cancellationToken);
    }

    private static bool IsJson(string name) => name.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
}
