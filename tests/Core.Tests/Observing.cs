using Dashboard.Core.Sources;
using Dashboard.Kit;
using Npgsql;

namespace Dashboard.Core.Tests;

/// <summary>A database of its own as a room sees it, for tests of what a room reads.</summary>
internal sealed class Observing : IAsyncDisposable
{
    private Observing(ObservedSource source) => Source = source;

    public ObservedSource Source { get; private set; }

    public string Name => Source.Source.Name;

    /// <summary>A new database with what the real programs wrote, or with nothing but their tables.</summary>
    public static async Task<Observing> NewAsync(string? fixture = null, Flavour flavour = Flavour.Crontabber)
    {
        var postgres = await TestPostgres.SharedAsync();
        var connection = await postgres.NewDatabaseAsync(fixture);
        var database = NpgsqlDataSource.Create(connection);
        if (fixture is null)
        {
            await using var command = database.CreateCommand(
                await TestPostgres.CapturedSqlAsync(flavour == Flavour.Socorro ? "socorro-cron-schema.sql" : "crontabber-schema.sql"));
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        return await OfAsync(connection, database, flavour);
    }

    /// <summary>One that is there already.</summary>
    public static Task<Observing> OfAsync(string connection, Flavour flavour = Flavour.Crontabber) => OfAsync(connection, NpgsqlDataSource.Create(connection), flavour);

    /// <summary>Looks at the tables again, as a reconnect would.</summary>
    public async Task LookAsync(string schema = "public", string? state = null, string? log = null)
    {
        var flavour = Source.Capabilities.Flavour;
        state ??= flavour == Flavour.Socorro ? "cron_job" : "crontabber";
        log ??= flavour == Flavour.Socorro ? "cron_log" : "crontabber_log";
        Source = Source with
        {
            Capabilities = new SourceCapabilities
            {
                Flavour = flavour,
                State = await RelationAsync(schema, state),
                Log = await RelationAsync(schema, log),
                LogIndexedById = await IndexedAsync(schema, log, "(id)%"),
                LogIndexedByJob = await IndexedAsync(schema, log, "(app\\_name, id%"),
                ServerVersion = int.Parse(await ScalarAsync<string>("show server_version_num")),
            },
        };
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.Database.CreateCommand(sql);
        command.CommandTimeout = 300;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Source.Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public async ValueTask DisposeAsync() => await Source.Database.DisposeAsync();

    private static async Task<Observing> OfAsync(string connection, NpgsqlDataSource database, Flavour flavour)
    {
        var observing = new Observing(new ObservedSource(new Source("test", connection, "test"), database, None(flavour)));
        await observing.LookAsync();
        return observing;
    }

    private static SourceCapabilities None(Flavour flavour) => new()
    {
        Flavour = flavour,
        State = new ObservedRelation("public", "none", 'r', new HashSet<string>()),
        ServerVersion = 0,
    };

    private async Task<ObservedRelation> RelationAsync(string schema, string name)
    {
        var kind = await ScalarAsync<char>($"select relkind from pg_class where oid = '{schema}.{name}'::regclass");
        var columns = await ScalarAsync<string[]>(
            $"select array_agg(attname::text) from pg_attribute where attrelid = '{schema}.{name}'::regclass and attnum > 0 and not attisdropped");
        return new ObservedRelation(schema, name, kind, columns.ToHashSet(StringComparer.Ordinal)) { HasVersions = kind == 'r' };
    }

    private async Task<bool> IndexedAsync(string schema, string name, string columns) =>
        await ScalarAsync<long>($"select count(*) from pg_indexes where schemaname = '{schema}' and tablename = '{name}' and indexdef like '%USING btree {columns}'") > 0;
}
