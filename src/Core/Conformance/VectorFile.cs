using System.Text.Json;

namespace Dashboard.Core.Conformance;

/// <summary>How the cases of one file went.</summary>
/// <param name="Format">The kind of file.</param>
/// <param name="Cases">Its cases, in the file's order.</param>
public sealed record VectorReport(string Format, IReadOnlyList<CaseOutcome> Cases)
{
    /// <summary>How many passed.</summary>
    public int Passed => Cases.Count(each => each.Passed);

    /// <summary>How many failed.</summary>
    public int Failed => Cases.Count - Passed;
}

/// <summary>A file that holds no recorded cases of a kind we know.</summary>
public sealed class UnknownVectorsException : Exception
{
    /// <summary>An exception without a message.</summary>
    public UnknownVectorsException()
    {
    }

    /// <summary>An exception that says what is wrong with the file.</summary>
    public UnknownVectorsException(string message)
        : base(message)
    {
    }

    /// <summary>An exception that says what is wrong with the file and why.</summary>
    public UnknownVectorsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>
/// A file of recorded questions to the real programs and their answers, <c>{"about": …, "cases": […]}</c>, and the running of it against our rules.
/// </summary>
public static class VectorFile
{
    /// <summary>Puts every case of a file to our rules.</summary>
    /// <exception cref="UnknownVectorsException">The file is no vectors file of a kind we know.</exception>
    public static async Task<VectorReport> RunAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = File.OpenRead(path);
            using var json = await JsonDocument.ParseAsync(file, cancellationToken: cancellationToken);
            return Run(json.RootElement, Path.GetFileName(path));
        }
        catch (JsonException cause)
        {
            throw new UnknownVectorsException($"{path}: not JSON, {cause.Message}", cause);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new UnknownVectorsException($"{path}: cannot be read, {cause.Message}", cause);
        }
    }

    /// <summary>Puts every case of a file's content to our rules.</summary>
    /// <param name="root">The content.</param>
    /// <param name="fileName">Its name without the folder, for messages and to tell look-alikes apart.</param>
    /// <exception cref="UnknownVectorsException">It holds no cases of a kind we know.</exception>
    public static VectorReport Run(JsonElement root, string fileName)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("cases", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw new UnknownVectorsException($"{fileName}: no vectors file, for it has no list \"cases\"");
        }

        var cases = list.EnumerateArray().Select(each => new VectorCase(each)).ToList();
        var about = root.TryGetProperty("about", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : string.Empty;
        var format = VectorFormat.Find(cases, about, fileName) ?? throw new UnknownVectorsException(
            $"{fileName}: its cases have a shape of no kind we know ({string.Join(", ", VectorFormat.All.Select(each => each.Name))})");
        return new VectorReport(format.Name, [.. cases.Select((each, place) => Run(format, each, place))]);
    }

    private static CaseOutcome Run(VectorFormat format, VectorCase each, int place)
    {
        var name = Name(each, place);
        try
        {
            return new CaseOutcome(name, format.Difference(each));
        }
        catch (Exception cause) when (cause is FormatException or InvalidOperationException or KeyNotFoundException or OverflowException)
        {
            return new CaseOutcome(name, $"the case cannot be put to us: {cause.Message}");
        }
    }

    private static string Name(VectorCase each, int place)
    {
        foreach (var field in (ReadOnlySpan<string>)["name", "fn", "exc_type", "d"])
        {
            if (each.Json.ValueKind == JsonValueKind.Object && each.Json.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String)
            {
                var input = each.Json.TryGetProperty("input", out var given) ? $" {given.GetRawText()}" : string.Empty;
                return $"case {place + 1}: {value.GetString()}{input}";
            }
        }

        return $"case {place + 1}";
    }
}
