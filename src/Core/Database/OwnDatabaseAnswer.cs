using Dashboard.Core.Retries.Executor;
using Npgsql;

namespace Dashboard.Core.Database;

/// <summary>Whether the dashboard's own records can be reached.</summary>
public static class OwnDatabaseAnswer
{
    private const string SchemaSql = """
        select to_regclass('dashboard.api_key') is not null
        """;

    /// <summary>Asks it; false when it answers but its schema has not been made.</summary>
    public static async Task<bool> AnswersAsync(this OwnDatabase database, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        return await database.Now.Statements.ScalarAsync(static () => new NpgsqlCommand(SchemaSql) { CommandTimeout = 3 }, cancellationToken) is true;
    }
}
