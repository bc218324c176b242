using Dashboard.Core.Database;
using Dashboard.Core.Retries.Executor;
using Npgsql;

namespace Dashboard.Core.Access;

/// <summary>Somebody whom a provider or proxy vouches for and who may not come in all the same.</summary>
/// <param name="Via">Who vouches.</param>
/// <param name="Subject">Who they are to it.</param>
/// <param name="Name">As they were called.</param>
/// <param name="At">Since when.</param>
/// <param name="By">Who did it.</param>
public sealed record Barred(string Via, string Subject, string Name, DateTimeOffset At, string By);

/// <summary>Reads and writes <c>dashboard.barred</c>.</summary>
public sealed class BarredQueries(OwnDatabase database)
{
    private const string AllSql = """
        select via, subject, name, barred_at, barred_by
          from dashboard.barred
         order by name, via, subject
         limit 1000
        """;

    // Both or neither: nobody slips in between.
    private const string BarSql = """
        with shut as (
            insert into dashboard.barred (via, subject, name, barred_by)
            values (@via, @subject, @name, @by)
            on conflict do nothing
        )
        update dashboard.session
           set ended_at = now(), ended_by = @by
         where via = @via
           and subject = @subject
           and ended_at is null
        """;

    private const string AdmitSql = """
        delete from dashboard.barred
         where via = @via
           and subject = @subject
        """;

    /// <summary>All of them, by name, a thousand at most.</summary>
    public async Task<IReadOnlyList<Barred>> AllAsync(CancellationToken cancellationToken) => await database.Now.Statements.RowsAsync(
        () => new NpgsqlCommand(AllSql),
        static row => new Barred(row.GetString(0), row.GetString(1), row.GetString(2), row.GetFieldValue<DateTimeOffset>(3), row.GetString(4)),
        cancellationToken);

    /// <summary>Shuts somebody out and ends their sessions.</summary>
    public Task BarAsync(string via, string subject, string name, string by, CancellationToken cancellationToken) => database.Now.Statements.ExecuteAsync(
        () => new NpgsqlCommand(BarSql)
        {
            Parameters =
            {
                new NpgsqlParameter<string>("via", via),
                new NpgsqlParameter<string>("subject", subject),
                new NpgsqlParameter<string>("name", name),
                new NpgsqlParameter<string>("by", by),
            },
        },
        cancellationToken);

    /// <summary>Lets somebody come in again; false when they might anyway.</summary>
    public async Task<bool> AdmitAsync(string via, string subject, CancellationToken cancellationToken) => await database.Now.Once.ExecuteAsync(
        () => new NpgsqlCommand(AdmitSql) { Parameters = { new NpgsqlParameter<string>("via", via), new NpgsqlParameter<string>("subject", subject) } }, cancellationToken) > 0;
}
