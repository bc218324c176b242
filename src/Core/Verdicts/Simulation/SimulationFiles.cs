using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dashboard.Core.Verdicts.Simulation;

/// <summary>A simulated history in a folder: <c>world.json</c>, <c>faults.json</c>, <c>history.ndjson</c> and <c>truth.json</c>. Moments are UTC, names as in docs/verdict.md.</summary>
public sealed class SimulationFiles(string folder)
{
    private static readonly JsonSerializerOptions Short = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private static readonly JsonSerializerOptions Pretty = new(Short) { WriteIndented = true, IndentSize = 1 };

    /// <summary>Writes all four.</summary>
    public async Task WriteAsync(SimulatedWorld world, IReadOnlyList<Fault> faults, IReadOnlyList<HistoryLine> history, IReadOnlyList<Incident> truth, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(history);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Of("world.json"), JsonSerializer.Serialize(world, Pretty), cancellationToken);
        await File.WriteAllTextAsync(Of("faults.json"), JsonSerializer.Serialize(faults, Pretty), cancellationToken);
        await File.WriteAllTextAsync(Of("truth.json"), JsonSerializer.Serialize(truth, Pretty), cancellationToken);
        await using var lines = new StreamWriter(Of("history.ndjson"), append: false, new UTF8Encoding(false), 1 << 20) { NewLine = "\n" };
        foreach (var line in history)
        {
            await lines.WriteLineAsync(JsonSerializer.Serialize(line, Short).AsMemory(), cancellationToken);
        }
    }

    /// <summary>The world.</summary>
    public Task<SimulatedWorld> WorldAsync(CancellationToken cancellationToken) => ReadAsync<SimulatedWorld>("world.json", cancellationToken);

    /// <summary>What really was the matter.</summary>
    public Task<IReadOnlyList<Incident>> TruthAsync(CancellationToken cancellationToken) => ReadAsync<IReadOnlyList<Incident>>("truth.json", cancellationToken);

    /// <summary>The history, line by line.</summary>
    public IEnumerable<HistoryLine> History()
    {
        using var reader = new StreamReader(Of("history.ndjson"), Encoding.UTF8, detectEncodingFromByteOrderMarks: true, 1 << 20);
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            yield return Parse(line, number);
        }
    }

    /// <summary>A script of faults.</summary>
    public static async Task<IReadOnlyList<Fault>> FaultsAsync(string file, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(file);
        return await JsonSerializer.DeserializeAsync<IReadOnlyList<Fault>>(stream, Short, cancellationToken) ?? throw new InvalidDataException($"{file} is no array of faults.");
    }

    private async Task<T> ReadAsync<T>(string name, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(Of(name));
        return await JsonSerializer.DeserializeAsync<T>(stream, Short, cancellationToken) ?? throw new InvalidDataException($"{Of(name)} is empty.");
    }

    private HistoryLine Parse(string line, int number)
    {
        try
        {
            return JsonSerializer.Deserialize<HistoryLine>(line, Short) ?? throw new JsonException("null");
        }
        catch (JsonException cause)
        {
            throw new InvalidDataException($"{Of("history.ndjson")}, line {number}: {cause.Message}", cause);
        }
    }

    private string Of(string name) => Path.Combine(folder, name);
}
