using System.Text.Json;
using Npgsql;
using Npgsql.Replication;
using Npgsql.Replication.PgOutput;
using Npgsql.Replication.PgOutput.Messages;

namespace Dashboard.Benchmarks.Bare;

/// <summary>The rows of the bare page and the one reader of their changes.</summary>
internal sealed class BareFeed
{
    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);

    /// <summary>Name and message of each row, in name order.</summary>
    public List<(string Name, string Message)> Rows { get; } = [];

    /// <summary>A row differs.</summary>
    public event EventHandler? Changed;

    /// <summary>Reads every row once.</summary>
    public async Task LoadAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("select app_name, last_error->>'value' from crontabber order by app_name", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            places[reader.GetString(0)] = Rows.Count;
            Rows.Add((reader.GetString(0), reader.GetString(1)));
        }
    }

    /// <summary>Takes changes from notifications.</summary>
    public async Task ListenAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        connection.Notification += (_, notification) =>
        {
            var bar = notification.Payload.IndexOf('|', StringComparison.Ordinal);
            Set(notification.Payload[..bar], notification.Payload[(bar + 1)..]);
        };
        await using (var listen = new NpgsqlCommand("listen bare", connection))
        {
            await listen.ExecuteNonQueryAsync(cancellationToken);
        }

        while (true)
        {
            await connection.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Takes changes from a publication.</summary>
    public async Task DecodeAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = new LogicalReplicationConnection(connectionString);
        await connection.Open(cancellationToken);
        var slot = await connection.CreatePgOutputReplicationSlot("bare", temporarySlot: true, cancellationToken: cancellationToken);
        await foreach (var message in connection.StartReplication(slot, new PgOutputReplicationOptions("bare", PgOutputProtocolVersion.V1), cancellationToken))
        {
            if (message is UpdateMessage update)
            {
                string? name = null;
                string? error = null;
                var column = 0;
                await foreach (var value in update.NewRow)
                {
                    switch (update.Relation.Columns[column++].ColumnName)
                    {
                        case "app_name":
                            name = await value.Get<string>(cancellationToken);
                            break;
                        case "last_error":
                            error = await value.Get<string>(cancellationToken);
                            break;
                        default:
                            break;
                    }
                }

                using var parsed = JsonDocument.Parse(error ?? "{}");
                Set(name ?? "", parsed.RootElement.GetProperty("value").GetString() ?? "");
            }

            connection.SetReplicationStatus(message.WalEnd);
        }
    }

    private void Set(string name, string message)
    {
        if (places.TryGetValue(name, out var place))
        {
            Rows[place] = (name, message);
            Changed?.Invoke(this, EventArgs.Empty);
        }
    }
}
