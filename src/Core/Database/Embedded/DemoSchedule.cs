using System.Globalization;
using System.Text;
using Dashboard.Core.Retries.Executor;
using Npgsql;

namespace Dashboard.Core.Database.Embedded;

/// <summary>
/// What the demo's crontabber was configured to do: the recorded <c>crontabber.ini</c> and a mapping of its classes, written beside the cluster when the demo is
/// opened. Its times of day are moved with the rows, or every job would seem to run at the wrong time.
/// </summary>
public static class DemoSchedule
{
    // The first moment in the captured rows.
    private static readonly DateTimeOffset FirstRun = DateTimeOffset.Parse("2014-08-28T00:00:01.359739Z", CultureInfo.InvariantCulture);

    private const string FirstRunSql = """
        select min(first_run) from public.crontabber
        """;

    /// <summary>The configuration of the demo in a data folder.</summary>
    public static string JobsFile(DataFolder folder) => In(folder, "crontabber.ini");

    /// <summary>The names of its classes.</summary>
    public static string MappingFile(DataFolder folder) => In(folder, "crontabber-mapping.json");

    /// <summary>Writes both.</summary>
    public static async Task WriteAsync(DataFolder folder, string connectionString, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(folder);
        await using var data = NpgsqlDataSource.Create($"{connectionString};Pooling=false");
        var moved = await ShippedRuns.On(data).Statements.ScalarAsync(static () => new NpgsqlCommand(FirstRunSql), cancellationToken) is DateTime moment ? new DateTimeOffset(moment, TimeSpan.Zero) - FirstRun : TimeSpan.Zero;
        Directory.CreateDirectory(In(folder, ""));
        await File.WriteAllTextAsync(JobsFile(folder), Moved(Recorded("crontabber.ini"), moved), cancellationToken);
        await File.WriteAllTextAsync(MappingFile(folder), Recorded("crontabber-mapping.json"), cancellationToken);
    }

    /// <summary>The configuration with every time of day moved.</summary>
    internal static string Moved(string configuration, TimeSpan by)
    {
        var moved = new StringBuilder(configuration.Length);
        foreach (var line in configuration.Split('\n'))
        {
            var time = line.AsSpan(line.LastIndexOf('|') + 1);
            moved.Append(line.Contains('|', StringComparison.Ordinal) && TimeOnly.TryParseExact(time, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at)
                ? $"{line.AsSpan(0, line.Length - time.Length)}{at.Add(by).ToString("HH:mm", CultureInfo.InvariantCulture)}\n"
                : $"{line}\n");
        }

        return moved.ToString(0, moved.Length - 1);
    }

    private static string Recorded(string name)
    {
        using var stream = typeof(DemoSchedule).Assembly.GetManifestResourceStream($"demo/{name}")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static string In(DataFolder folder, string name) => Path.Combine(folder.In("demo"), name);
}
