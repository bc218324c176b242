using System.Globalization;
using System.Reflection;
using System.Text;
using Dashboard.Core.Failures;

namespace Dashboard.Core.Runner.Jobs;

/// <summary>
/// What is written of a failure: into <c>last_error</c> and the columns <c>exc_*</c>, in crontabber's shape, so that whoever reads the one kind reads the other.
/// Without secrets, without what PostgreSQL's <c>json</c> and <c>text</c> cannot give back, and bounded.
/// </summary>
/// <param name="Type">The class as crontabber writes it: <c>&lt;class 'Npgsql.PostgresException'&gt;</c>.</param>
/// <param name="Value">The message.</param>
/// <param name="Repr">Class and message as Python's <c>repr</c> would give them, for <c>exc_value</c>: <c>PostgresException('42P01: …')</c>.</param>
/// <param name="Traceback">The frames as .NET writes them, nearest first, without class and message; then those of each cause.</param>
public sealed record JobErrorText(string Type, string Value, string Repr, string Traceback)
{
    /// <summary>The longest message, in characters.</summary>
    public const int LongestValue = 64 * 1024;

    /// <summary>The longest traceback, in characters.</summary>
    public const int LongestTraceback = 64 * 1024;

    private const int MostCauses = 10;

    /// <summary>The texts of an exception; of wrappings that say nothing themselves, those of what they wrap.</summary>
    public static JobErrorText Of(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var said = exception;
        while (said is AggregateException { InnerExceptions.Count: 1 } or TargetInvocationException or TypeInitializationException && said.InnerException is { } inner)
        {
            said = inner;
        }

        var type = said.GetType();
        var value = Storable(said.Message, LongestValue);
        return new JobErrorText($"<class '{Name(type)}'>", value, $"{Name(type)[(Name(type).LastIndexOf('.') + 1)..]}({Quoted(value)})", Storable(Frames(said), LongestTraceback));
    }

    /// <summary>A text as it may be stored: secrets, NULs and halves of surrogate pairs replaced, and no longer than said; then its middle is left out.</summary>
    public static string Storable(string text, int longest)
    {
        ArgumentNullException.ThrowIfNull(text);
        var safe = Redaction.Of(Whole(text));
        if (safe.Length <= longest)
        {
            return safe;
        }

        var left = string.Create(CultureInfo.InvariantCulture, $"\n… {safe.Length - longest:N0} characters left out …\n");
        var half = (longest - left.Length) / 2;
        return Whole(safe[..half] + left + safe[^half..]);
    }

    // Dashboard.Jobs.Outer+Inner, without the `1 and brackets of generics.
    private static string Name(Type type)
    {
        var name = type.IsGenericType ? type.GetGenericTypeDefinition().FullName! : type.FullName ?? type.Name;
        return Redaction.Of(name.Replace('+', '.'));
    }

    private static string Frames(Exception exception)
    {
        var text = new StringBuilder(exception.StackTrace);
        var cause = exception.InnerException;
        for (var causes = 0; cause is not null && causes < MostCauses; causes++, cause = cause.InnerException)
        {
            text.Append(text.Length == 0 ? "" : "\n").Append(" ---> ").Append(Name(cause.GetType())).Append(": ").Append(cause.Message);
            if (cause.StackTrace is { } frames)
            {
                text.Append('\n').Append(frames);
            }
        }

        return text.Length == 0 ? "" : text.Replace("\r\n", "\n").Append('\n').ToString();
    }

    private static string Whole(string text)
    {
        StringBuilder? whole = null;
        for (var i = 0; i < text.Length; i++)
        {
            var paired = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            if (text[i] == '\0' || (char.IsSurrogate(text[i]) && !paired))
            {
                whole ??= new StringBuilder(text);
                whole[i] = text[i] == '\0' ? '\u2400' : '\uFFFD';
            }

            i += paired ? 1 : 0;
        }

        return whole?.ToString() ?? text;
    }

    // As Python 3 quotes a text: double quotes only where there are single ones and no double ones.
    private static string Quoted(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var quoted = new StringBuilder(text.Length + 2).Append(quote);
        foreach (var letter in text)
        {
            _ = letter switch
            {
                '\\' => quoted.Append(@"\\"),
                '\n' => quoted.Append(@"\n"),
                '\r' => quoted.Append(@"\r"),
                '\t' => quoted.Append(@"\t"),
                _ when letter == quote => quoted.Append('\\').Append(letter),
                _ when char.IsControl(letter) => quoted.Append(@"\x").Append(((int)letter).ToString("x2", CultureInfo.InvariantCulture)),
                _ => quoted.Append(letter),
            };
        }

        return quoted.Append(quote).ToString();
    }
}
