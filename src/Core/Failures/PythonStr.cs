using System.Globalization;
using System.Text;
using Dashboard.Core.Jobs;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Failures;

/// <summary>
/// What <c>str()</c> gave for an exception of which only the <c>repr()</c> is known. The log holds the one and the row the other; they must be
/// known for the same failure.
/// </summary>
public static class PythonStr
{
    /// <summary>The text, as far as the repr tells it; null when it does not.</summary>
    /// <param name="type">The class without its wrapping, <c>exceptions.KeyError</c>.</param>
    /// <param name="repr">What <c>repr()</c> gave.</param>
    public static string? Of(string type, string repr)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(repr);
        if (Arguments(repr) is not { } arguments)
        {
            return null;
        }

        var name = type[(type.LastIndexOf('.') + 1)..];
        return arguments.Count switch
        {
            0 => string.Empty,
            1 when name == "KeyError" => arguments[0],
            1 => OfOne(arguments[0]),

            // With a file name it goes on, but the repr has lost it.
            2 when IsOfTheSystem(name) && int.TryParse(arguments[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) =>
                $"[Errno {number.ToString(CultureInfo.InvariantCulture)}] {OfOne(arguments[1])}",
            _ => $"({string.Join(", ", arguments)})",
        };
    }

    /// <summary>Whether an exception of the system may say more than its repr: the name of the file it is about.</summary>
    public static bool MayGoOn(string type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return IsOfTheSystem(type[(type.LastIndexOf('.') + 1)..]);
    }

    private static bool IsOfTheSystem(string name) =>
        name is "IOError" or "OSError" or "EnvironmentError" or "FileNotFoundError" or "PermissionError" or "ConnectionRefusedError" or "error";

    private static string OfOne(string argument)
    {
        var reader = new LiteralReader(argument);
        if (reader.TakeString(out var whole) is not { } text || !whole || !reader.AtEnd)
        {
            return argument;
        }

        // Python 2 makes bytes of it, and of what is not ASCII it makes an exception.
        return argument[0] == 'u' && text.AsSpan().IndexOfAnyExceptInRange('\0', '\x7f') is >= 0 and var at
            ? $"str() itself raises UnicodeEncodeError('ascii', {argument}, {at}, {EndOfForeign(text, at)}, 'ordinal not in range(128)')"
            : text;
    }

    private static int EndOfForeign(string text, int start)
    {
        var end = start;
        while (end < text.Length && text[end] > '\x7f')
        {
            end++;
        }

        return end;
    }

    // The arguments as they stand between the brackets; null when the text is not of that shape.
    private static List<string>? Arguments(string repr)
    {
        var bracket = repr.IndexOf('(', StringComparison.Ordinal);
        if (bracket <= 0 || !repr.EndsWith(')') || repr.AsSpan(0, bracket).ContainsAny(' ', '\'', '"'))
        {
            return null;
        }

        var (arguments, start, depth, inside) = (new List<string>(), bracket + 1, 0, '\0');
        for (var at = start; at < repr.Length - 1; at++)
        {
            switch (repr[at])
            {
                case '\\' when inside != '\0':
                    at++;
                    break;
                case '\'' or '"' when inside == '\0':
                    inside = repr[at];
                    break;
                case var quote when quote == inside:
                    inside = '\0';
                    break;
                case '(' or '[' or '{' when inside == '\0':
                    depth++;
                    break;
                case ')' or ']' or '}' when inside == '\0':
                    depth--;
                    break;
                case ',' when inside == '\0' && depth == 0:
                    arguments.Add(repr[start..at].Trim());
                    start = at + 1;
                    break;
            }
        }

        var last = repr[start..^1].Trim();
        if (last.Length > 0)
        {
            arguments.Add(last);
        }

        return depth == 0 && inside == '\0' ? arguments : null;
    }
}
