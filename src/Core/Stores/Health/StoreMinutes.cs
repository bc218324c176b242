using Dashboard.Core.Database;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Stores.Health;

/// <summary>Keeps what was asked of stores by the minute, in the dashboard's own records.</summary>
public interface IStoreMinutes
{
    /// <summary>Adds minutes to what is kept of them, each exactly once.</summary>
    Task KeepAsync(IReadOnlyList<OperationMinute> minutes, CancellationToken cancellationToken);

    /// <summary>The minutes of some stores from a moment on, the oldest first.</summary>
    Task<IReadOnlyList<OperationMinute>> SinceAsync(IReadOnlyList<string> stores, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Forgets what is older.</summary>
    Task PruneAsync(DateTimeOffset before, CancellationToken cancellationToken);
}

/// <summary>As <see cref="IStoreMinutes"/>.</summary>
public sealed class StoreMinutes(OwnDatabase database) : IStoreMinutes
{
    // Several programs may tell of the same minute of a store: each adds its own.
    private const string KeepSql = """
        insert into dashboard.store_minute as known (store, operation, minute, succeeded, not_found, failed, buckets)
        values (@store, @operation, @minute, @succeeded, @not_found, @failed, @buckets)
        on conflict (store, operation, minute) do update
           set succeeded = known.succeeded + excluded.succeeded,
               not_found = known.not_found + excluded.not_found,
               failed = known.failed + excluded.failed,
               buckets = (select array_agg(coalesce(was, 0) + coalesce(more, 0) order by place)
                            from unnest(known.buckets, excluded.buckets) with ordinality as bucket (was, more, place))
        """;

    private const string SinceSql = """
        select store, operation, minute, succeeded, not_found as NotFound, failed, buckets
          from dashboard.store_minute
         where minute >= @since and store = any(@stores)
         order by minute, store, operation
        """;

    // In steps, so that no statement holds many rows.
    private const string PruneSql = """
        delete from dashboard.store_minute
         where ctid = any(array(select ctid from dashboard.store_minute where minute < @before limit 10000))
        """;

    /// <inheritdoc/>
    public async Task KeepAsync(IReadOnlyList<OperationMinute> minutes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(minutes);
        if (minutes.Count == 0)
        {
            return;
        }

        // Added twice they would be wrong; in one order, so that two programs never wait for each other.
        await database.Now.Once.RunAsync(
            static async (connection, minutes, cancellation) =>
            {
                await using var batch = new NpgsqlBatch(connection);
                foreach (var minute in minutes.OrderBy(minute => minute.Store, StringComparer.Ordinal).ThenBy(minute => minute.Operation).ThenBy(minute => minute.Minute))
                {
                    batch.BatchCommands.Add(new NpgsqlBatchCommand(KeepSql)
                    {
                        Parameters =
                        {
                            new("store", minute.Store),
                            new("operation", minute.Operation.NameOf()),
                            new("minute", NpgsqlDbType.TimestampTz) { Value = minute.Minute.UtcDateTime },
                            new("succeeded", minute.Succeeded),
                            new("not_found", minute.NotFound),
                            new("failed", minute.Failed),
                            new("buckets", NpgsqlDbType.Array | NpgsqlDbType.Bigint) { Value = minute.Buckets.ToArray() },
                        },
                    });
                }

                return await batch.ExecuteNonQueryAsync(cancellation);
            },
            minutes,
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OperationMinute>> SinceAsync(IReadOnlyList<string> stores, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var rows = await database.Now.Statements.QueryAsync<MinuteRow>(SinceSql, new { stores = stores.ToArray(), since = since.UtcDateTime }, cancellationToken);
        return [.. from row in rows where StoreOperationNames.Find(row.Operation) is not null select row.ToMinute()];
    }

    /// <inheritdoc/>
    public async Task PruneAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        int gone;
        do
        {
            gone = await database.Now.Statements.ExecuteAsync(PruneSql, new { before = before.UtcDateTime }, cancellationToken);
        }
        while (gone > 0);
    }

    // Properties, for arrays cannot be matched with the parameters of a constructor.
    private sealed record MinuteRow
    {
        public required string Store { get; init; }

        public required string Operation { get; init; }

        public required DateTime Minute { get; init; }

        public required long Succeeded { get; init; }

        public required long NotFound { get; init; }

        public required long Failed { get; init; }

        public required long[] Buckets { get; init; }

        public OperationMinute ToMinute() => new(Store, StoreOperationNames.Find(Operation)!.Value, new DateTimeOffset(Minute, TimeSpan.Zero), Succeeded, NotFound, Failed, Buckets);
    }
}
