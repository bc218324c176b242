using System.Globalization;
using Npgsql;

namespace Dashboard.Web.Commands;

/// <summary>
/// <c>--source</c> on the command line: a database to observe besides the configured ones, as often as wanted. <c>--jobs</c> and <c>--mapping</c> behind it name
/// the files of its scheduler; before any <c>--source</c> they are those of the first configured one.
/// </summary>
internal static class SourceArguments
{
    private const string Option = "--source";
    private static readonly (string Option, string Key)[] Files = [("--jobs", "Jobs"), ("--mapping", "Mapping")];

    // After everything a file may hold, so that a source is added and none replaced.
    private const int FirstIndex = 1_000;

    /// <summary>The arguments with each <c>--source "Host=…"</c> or <c>--source "name=Host=…"</c> written as the settings it stands for.</summary>
    public static string[] Expand(string[] arguments)
    {
        var expanded = new List<string>(arguments.Length);
        var index = FirstIndex;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (File(arguments, ref i) is { } file)
            {
                // A path is of the folder it was typed in.
                expanded.Add(string.Create(CultureInfo.InvariantCulture, $"--Sources:{(index == FirstIndex ? 0 : index - 1)}:{file.Key}={Path.GetFullPath(file.Path)}"));
                continue;
            }

            if (Value(arguments, Option, ref i) is not { } value)
            {
                expanded.Add(arguments[i]);
                continue;
            }

            var (name, connection) = Split(value);
            var key = string.Create(CultureInfo.InvariantCulture, $"--Sources:{index++}");
            expanded.Add($"{key}:ConnectionString={connection}");
            if (name is not null)
            {
                expanded.Add($"{key}:Name={name}");
            }
        }

        return [.. expanded];
    }

    private static (string Key, string Path)? File(string[] arguments, ref int at)
    {
        foreach (var (option, key) in Files)
        {
            if (Value(arguments, option, ref at) is { Length: > 0 } path)
            {
                return (key, path);
            }
        }

        return null;
    }

    private static string? Value(string[] arguments, string option, ref int at)
    {
        if (arguments[at].StartsWith(option + "=", StringComparison.OrdinalIgnoreCase))
        {
            return arguments[at][(option.Length + 1)..];
        }

        return arguments[at].Equals(option, StringComparison.OrdinalIgnoreCase) && at + 1 < arguments.Length ? arguments[++at] : null;
    }

    // What stands before the first "=" is a name unless Npgsql knows it as a keyword.
    private static (string? Name, string Connection) Split(string value)
    {
        var equals = value.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && !new NpgsqlConnectionStringBuilder().ContainsKey(value[..equals].Trim())
            ? (value[..equals].Trim(), value[(equals + 1)..])
            : (null, value);
    }
}
