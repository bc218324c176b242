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
        await using var command = database.Source.CreateCommand(SchemaSql);
        command.CommandTimeout = 3;
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
