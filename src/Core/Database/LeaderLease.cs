using Dashboard.Core.Retries.Executor;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Core.Database;

/// <summary>
/// Which of several nodes does what only one may do. The lease is one row; whoever holds it renews it every three seconds, and ten seconds after the last renewal another may take it, so a
/// node that is gone is followed within fifteen. All moments are the own database's, so that clocks of nodes do not matter.
/// </summary>
public sealed partial class LeaderLease(OwnDatabase database, TimeProvider clock, ILogger<LeaderLease> log) : BackgroundService
{
    /// <summary>How long a lease holds without being renewed.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(10);

    private const string Name = "duties";

    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(3);

    // Nobody's end is held up by a database that is away.
    private static readonly TimeSpan LastWord = TimeSpan.FromSeconds(1);

    private const string TakeSql = """
        insert into dashboard.lease as held (name, holder, until)
        values (@name, @holder, clock_timestamp() + @length)
        on conflict (name) do update
           set holder = @holder, until = clock_timestamp() + @length, term = held.term + case when held.holder = @holder then 0 else 1 end
         where held.holder = @holder or held.until < clock_timestamp()
        returning term
        """;

    private const string GiveUpSql = """
        update dashboard.lease set until = clock_timestamp() where name = @name and holder = @holder
        """;

    // The row stays as it is until the transaction that asked has ended: nobody becomes leader in between.
    private const string HoldSql = """
        select 1 from dashboard.lease where name = @name and holder = @holder and until > clock_timestamp() for share
        """;

    private readonly string holder = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.CreateVersion7():N}";
    private long until = long.MinValue;

    /// <summary>Whether this node is the one, as far as it knows: work is begun by this, and written under <see cref="HoldsAsync"/>.</summary>
    public bool IsHeld => clock.GetTimestamp() < Interlocked.Read(ref until);

    /// <summary>Whether this node is the one, asked within a transaction and true until that ends.</summary>
    public async Task<bool> HoldsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = Command(HoldSql);
        command.Connection = connection;
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    /// <summary>Takes or renews it once; whether it is held.</summary>
    public async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        var asked = clock.GetTimestamp();
        var had = IsHeld;
        var held = await database.Now.Statements.ScalarAsync(() => Command(TakeSql), cancellationToken) is not null;

        // From before it was asked, and shorter: this node stops before another may begin.
        Interlocked.Exchange(ref until, held ? asked + (long)((Length - TimeSpan.FromSeconds(1)).TotalSeconds * clock.TimestampFrequency) : long.MinValue);
        if (had != held)
        {
            LogChanged(log, held ? "holds" : "does not hold");
        }

        return held;
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (IsHeld)
        {
            Interlocked.Exchange(ref until, long.MinValue);
            using var patience = new CancellationTokenSource(LastWord, TimeProvider.System);
            using var stopping = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            try
            {
                await database.Now.Statements.ExecuteAsync(() => Command(GiveUpSql), stopping.Token);
            }
            catch (Exception cause) when (cause is NpgsqlException or TimeoutException or OperationCanceledException or ObjectDisposedException or System.Net.Sockets.SocketException)
            {
                // It lapses by itself.
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Renewal, clock);
        try
        {
            do
            {
                try
                {
                    await TryAsync(stoppingToken);
                }
                catch (Exception cause) when (cause is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
                {
                    LogAway(log, cause.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The dashboard stops.
        }
    }

    private NpgsqlCommand Command(string sql)
    {
        var command = new NpgsqlCommand(sql) { CommandTimeout = 5 };
        command.Parameters.Add(new NpgsqlParameter<string>("name", Name));
        command.Parameters.Add(new NpgsqlParameter<string>("holder", holder));
        if (sql == TakeSql)
        {
            command.Parameters.Add(new NpgsqlParameter<TimeSpan>("length", Length));
        }

        return command;
    }

    [LoggerMessage(EventId = 1190, Level = LogLevel.Information, Message = "This node {Holds} the lease for duties that one node does")]
    private static partial void LogChanged(ILogger log, string holds);

    [LoggerMessage(EventId = 1191, Level = LogLevel.Warning, Message = "The lease for duties could not be renewed: {Why}")]
    private static partial void LogAway(ILogger log, string why);
}
