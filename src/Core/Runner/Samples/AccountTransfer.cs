using Dashboard.Core.Runner.Jobs;
using Npgsql;

namespace Dashboard.Core.Runner.Samples;

/// <summary>
/// The example by which crontabber's executors were explained: money goes from one account to another in two updates that are one transaction. Its section
/// says <c>from</c>, <c>to</c> and <c>amount</c>. It asks for nothing else: returning commits, throwing rolls back.
/// </summary>
[CronJob("account-transfer")]
[SinglePostgresTransaction]
public sealed class AccountTransfer
{
    private readonly string from;
    private readonly string to;
    private readonly decimal amount;

    /// <summary>Takes what its section says.</summary>
    public AccountTransfer(JobOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        from = options.Text("from") ?? "savings";
        to = options.Text("to") ?? "current";
        amount = decimal.Parse(options.Text("amount") ?? "10.00", System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Moves the money once.</summary>
    public async Task RunAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        await AddAsync(connection, from, -amount, cancellationToken);
        await AddAsync(connection, to, amount, cancellationToken);
    }

    private static async Task AddAsync(NpgsqlConnection connection, string account, decimal amount, CancellationToken cancellationToken)
    {
        await using var update = new NpgsqlCommand("update account set balance = balance + $1 where name = $2", connection);
        update.Parameters.Add(new NpgsqlParameter<decimal> { TypedValue = amount });
        update.Parameters.Add(new NpgsqlParameter<string> { TypedValue = account });
        if (await update.ExecuteNonQueryAsync(cancellationToken) != 1)
        {
            throw new InvalidOperationException($"There is no account '{account}'.");
        }
    }
}
