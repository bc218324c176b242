using Dashboard.Core.Verdicts;
using Npgsql;

[assembly: AssemblyFixture(typeof(Dashboard.Browser.Tests.IncidentDashboard))]

namespace Dashboard.Browser.Tests;

/// <summary>A dashboard over the captured bad night, shared by every journey that only looks.</summary>
public sealed class IncidentDashboard : IAsyncLifetime
{
    private string database = "";

    /// <summary>It.</summary>
    public RunningDashboard Dashboard { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        database = await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-incident");
        Dashboard = await RunningDashboard.StartAsync([new TestSource("demo", database)]);
        await Dashboard.UntilAsync<StandingsSnapshot>("demo", standings => standings.Jobs.Count == 20);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Dashboard.DisposeAsync();

    /// <summary>One column of the observed database, asked past the dashboard.</summary>
    public async Task<IReadOnlyList<string>> ColumnAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await reader.ReadAsync())
        {
            values.Add(reader.GetString(0));
        }

        return values;
    }
}
