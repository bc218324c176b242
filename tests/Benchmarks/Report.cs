using System.Globalization;
using System.Text.Json;

namespace Dashboard.Benchmarks;

/// <summary>What one bench found: printed line by line as it is found, and kept as a file.</summary>
internal sealed class Report(string name, bool quick)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private readonly List<Figure> figures = [];
    private readonly List<string> notes = [];
    private readonly string loadBefore = Machine.Load();

    /// <summary>True when every figure is as it should be and there is at least one.</summary>
    public bool Ok => figures.Count > 0 && figures.TrueForAll(figure => figure.Ok);

    /// <summary>How many interleaved rounds were made.</summary>
    public int Rounds { get; set; } = 1;

    /// <summary>Adds and prints a figure.</summary>
    public void Add(Figure figure)
    {
        figures.Add(figure);
        Console.WriteLine(figure);
    }

    /// <summary>Prints what a reader of the figures should know.</summary>
    public void Note(string text)
    {
        notes.Add(text);
        Console.WriteLine($"# {text}");
    }

    /// <summary>Adds the usual three points of a distribution.</summary>
    public void AddDistribution(string target, string name, Sample sample, double? p50 = null, double? p95 = null, double? p99 = null, Sample? limit = null, double? ratio = null)
    {
        Add(new Figure(target, $"{name}-p50", sample.At(0.50), "ms", p50, limit?.At(0.50), ratio));
        Add(new Figure(target, $"{name}-p95", sample.At(0.95), "ms", p95, limit?.At(0.95)));
        Add(new Figure(target, $"{name}-p99", sample.At(0.99), "ms", p99, limit?.At(0.99)));
    }

    /// <summary>Prints the closing line and writes the file.</summary>
    public async Task CloseAsync()
    {
        var loadAfter = Machine.Load();
        Console.WriteLine($"{name}: {Machine.Describe()}; load {loadBefore} before, {loadAfter} after; {Rounds.ToString(CultureInfo.InvariantCulture)} rounds{(quick ? ", quick" : "")}");
        var folder = Directory.CreateDirectory(Path.Combine(Machine.Root, "bench-results"));
        var file = Path.Combine(folder.FullName, $"{name}.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(
            new
            {
                Name = name,
                At = TimeProvider.System.GetUtcNow(),
                Machine = Machine.Describe(),
                LoadBefore = loadBefore,
                LoadAfter = loadAfter,
                Rounds,
                Quick = quick,
                Ok,
                Notes = notes,
                Figures = figures.Select(figure => new
                {
                    figure.Target,
                    figure.Name,
                    Value = double.IsNaN(figure.Value) ? (double?)null : Math.Round(figure.Value, 3),
                    figure.Unit,
                    Limit = figure.Limit is { } limit && !double.IsNaN(limit) ? Math.Round(limit, 3) : (double?)null,
                    Ratio = figure.Ratio is { } ratio && !double.IsNaN(ratio) ? Math.Round(ratio, 3) : (double?)null,
                    Should = figure.Should,
                    figure.Ok,
                }),
            },
            Readable));
    }
}

/// <summary>Measured values of one kind.</summary>
internal sealed class Sample(IEnumerable<double> values)
{
    private readonly double[] sorted = [.. values.Order()];

    /// <summary>How many.</summary>
    public int Count => sorted.Length;

    /// <summary>The value that this share of them does not exceed; not a number when there are none.</summary>
    public double At(double share) => sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(share * sorted.Length) - 1)];
}
