using System.Data;
using Npgsql;

namespace Dashboard.Core.Sources;

/// <summary>A source that is connected: what a reader needs to read it.</summary>
/// <param name="Source">Which.</param>
/// <param name="Database">A small pool of bounded, read-only sessions.</param>
/// <param name="Capabilities">What is there.</param>
public sealed record ObservedSource(Source Source, NpgsqlDataSource Database, SourceCapabilities Capabilities)
{
    private const string LimitsSql = """
        set transaction read only;
        set local statement_timeout = '4s';
        set local lock_timeout = '250ms'
        """;

    /// <summary>False behind a pooler that refuses limits at the start of a session.</summary>
    public bool SessionsBounded { get; init; } = true;

    /// <summary>A connection to read on; give it back soon. Bounded and read-only either way, in one short transaction where the session cannot be.</summary>
    public async Task<ReadSession> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await Database.OpenConnectionAsync(cancellationToken);
        if (SessionsBounded)
        {
            return new ReadSession(connection, null);
        }

        NpgsqlTransaction? transaction = null;
        try
        {
            transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
            await using var limits = new NpgsqlCommand(LimitsSql, connection, transaction);
            await limits.ExecuteNonQueryAsync(cancellationToken);
            return new ReadSession(connection, transaction);
        }
        catch
        {
            await new ReadSession(connection, transaction).DisposeAsync();
            throw;
        }
    }
}

/// <summary>One reading of an observed database.</summary>
public sealed class ReadSession(NpgsqlConnection connection, NpgsqlTransaction? transaction) : IAsyncDisposable
{
    /// <summary>For SELECT only.</summary>
    public NpgsqlConnection Connection { get; } = connection;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (transaction is not null)
        {
            await transaction.DisposeAsync();
        }

        await Connection.DisposeAsync();
    }
}
