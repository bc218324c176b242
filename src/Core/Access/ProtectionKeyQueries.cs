using Dashboard.Core.Database;
using Dashboard.Core.Retries.Executor;
using Npgsql;

namespace Dashboard.Core.Access;

/// <summary>What cookies are signed with: <c>dashboard.protection_key</c>, a few rows for the life of an installation.</summary>
/// <remarks>Synchronous, because what asks for them is.</remarks>
public sealed class ProtectionKeyQueries(OwnDatabase database)
{
    private const string AllSql = """
        select xml
          from dashboard.protection_key
         order by id
        """;

    private const string AddSql = """
        insert into dashboard.protection_key (name, xml)
        values (@name, @xml)
        """;

    /// <summary>All of them, as XML.</summary>
    public IReadOnlyList<string> All() =>
        Wait(() => database.Now.Statements.RowsAsync(static () => new NpgsqlCommand(AllSql), static row => row.GetString(0), CancellationToken.None));

    /// <summary>Keeps one more.</summary>
    public void Add(string name, string xml) => Wait(() => database.Now.Once.ExecuteAsync(
        () => new NpgsqlCommand(AddSql) { Parameters = { new NpgsqlParameter<string>("name", name), new NpgsqlParameter<string>("xml", xml) } }, CancellationToken.None));

    // On another thread, for the one that asks may be needed to go on.
    private static T Wait<T>(Func<Task<T>> run) => Task.Run(run).GetAwaiter().GetResult();
}
