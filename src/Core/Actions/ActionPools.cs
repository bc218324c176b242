using System.Collections.Concurrent;
using Dashboard.Core.Sources;
using Npgsql;

namespace Dashboard.Core.Actions;

/// <summary>
/// The connections on which actions change observed databases: a small pool for each, apart from the ones that read, so that neither waits for the other.
/// A session is never changed, and no connection is tried again here: whoever acts says what became of it.
/// </summary>
public sealed class ActionPools : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<NpgsqlDataSource>> pools = new(StringComparer.Ordinal);

    /// <summary>The pool of a source.</summary>
    public NpgsqlDataSource Of(Source source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return pools.GetOrAdd(source.Name, _ => new Lazy<NpgsqlDataSource>(() => Build(source))).Value;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var pool in pools.Values.Where(pool => pool.IsValueCreated))
        {
            await pool.Value.DisposeAsync();
        }
    }

    private static NpgsqlDataSource Build(Source source) => new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(source.ActionConnectionString ?? source.ConnectionString)
    {
        ApplicationName = "dash-act",
        MaxPoolSize = 2,
        MinPoolSize = 0,
        Timeout = 3,
        CommandTimeout = 5,
        CancellationTimeout = 500,
        ConnectionIdleLifetime = 60,
        MaxAutoPrepare = 0,
        Enlist = false,
        IncludeErrorDetail = false,
        PersistSecurityInfo = false,
        LogParameters = false,
        NoResetOnClose = true,
    }.ConnectionString) { Name = $"{source.Name} actions" }.Build();
}
