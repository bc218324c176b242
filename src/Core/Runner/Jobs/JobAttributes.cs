namespace Dashboard.Core.Runner.Jobs;

/// <summary>Makes a class a job: what crontabber's classes say as <c>app_name</c> and <c>depends_on</c>.</summary>
/// <param name="name"><c>app_name</c>, the name of its row.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class CronJobAttribute(string name) : Attribute
{
    /// <summary>The name of its row.</summary>
    public string Name { get; } = name;

    /// <summary>The names of its parents, in the order they are tested.</summary>
    public string[] DependsOn { get; init; } = [];
}

/// <summary>The job makes up for each slot it missed; its method may take the slot. crontabber's <c>as_backfill_cron_app</c>.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class BackfillJobAttribute : Attribute;

/// <summary>
/// The whole run is one transaction: the method gets an open connection in it; returning commits, throwing rolls back. crontabber's
/// <c>with_single_postgres_transaction</c>. With executors that retry, the whole method is run again.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class SinglePostgresTransactionAttribute : Attribute;

/// <summary>The method gets an open connection and looks after transactions itself; what it leaves open is rolled back. crontabber's <c>with_postgres_connection_as_argument</c>.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class PostgresConnectionAsArgumentAttribute : Attribute;

/// <summary>The method gets <see cref="JobTransactions"/>, to run as many transactions as it likes. crontabber's <c>with_postgres_transactions</c>.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class PostgresTransactionsAttribute : Attribute;

/// <summary>The method gets <see cref="JobSubprocess"/>, to run programs. crontabber's <c>with_subprocess</c>.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class SubprocessAttribute : Attribute;
