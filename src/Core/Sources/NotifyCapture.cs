using System.Security.Cryptography;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Npgsql;

namespace Dashboard.Core.Sources;

/// <summary>Listens to what the installed statement triggers notify, on one connection of its own.</summary>
internal sealed class NotifyCapture(ObservedSource observed, SourceGround ground, TimeProvider clock) : IChangeCapture
{
    private static readonly TimeSpan ProbeDeadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenChecks = TimeSpan.FromSeconds(15);
    private NpgsqlConnection? connection;

    private const string ListeningSql = "select count(*) from pg_listening_channels() as channel where channel = @channel";

    private const string SelfNotifySql = "select pg_notify(@channel, '')";

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (ground.Server.Standby)
        {
            throw new CaptureUnavailableException("notify needs the primary: a standby delivers no notifications.");
        }

        if (!ground.HasTrigger(ground.State) || (ground.Log is { } log && !ground.HasTrigger(log)))
        {
            throw new CaptureUnavailableException($"notify needs the triggers that ./run install capture --mode notify --source {observed.Source.Name} makes.");
        }

        connection = new NpgsqlConnection(Settings());
        await connection.OpenAsync(cancellationToken);
        await ExecuteAsync($"listen {CaptureNames.Changed}", cancellationToken);
        await ProveDeliveryAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task RunAsync(ChangeSignal signal, CancellationToken cancellationToken)
    {
        connection!.Notification += (_, notification) => signal.Raise(ChangeOf(notification));
        while (true)
        {
            if (!await connection.WaitAsync(BetweenChecks, cancellationToken) && !await IsListeningAsync(cancellationToken))
            {
                throw new IOException("The server forgot that we listen.");
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }

    private static SourceChange ChangeOf(NpgsqlNotificationEventArgs notification) => notification switch
    {
        { Channel: not CaptureNames.Changed } => SourceChange.None,
        { Payload: CaptureNames.JobsPayload } => SourceChange.Jobs,
        { Payload: CaptureNames.RunsPayload } => SourceChange.Runs,
        _ => SourceChange.Jobs | SourceChange.Runs,
    };

    // A pooler that lends server connections by the transaction accepts LISTEN and delivers nothing. The probe is sent on another
    // connection: our own would be answered within the statement, even by such a pooler.
    private async Task ProveDeliveryAsync(CancellationToken cancellationToken)
    {
        var channel = $"{CaptureNames.Changed}_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        var delivered = false;
        void Arrived(object sender, NpgsqlNotificationEventArgs notification) => delivered |= notification.Channel == channel;
        connection!.Notification += Arrived;
        await ExecuteAsync($"listen {channel}", cancellationToken);
        await ReadPool.Readings(observed.Database, ExecutorKind.Plain).ExecuteAsync(() => new NpgsqlCommand(SelfNotifySql) { Parameters = { new NpgsqlParameter<string>("channel", channel) } }, cancellationToken);

        var began = clock.GetTimestamp();
        while (!delivered)
        {
            var left = ProbeDeadline - clock.GetElapsedTime(began);
            if (left <= TimeSpan.Zero || !await connection.WaitAsync(left, cancellationToken))
            {
                break;
            }
        }

        connection.Notification -= Arrived;
        if (!delivered)
        {
            throw new CaptureUnavailableException("A pooler swallows notifications (it lends connections by the transaction): notify needs a direct connection.");
        }

        await ExecuteAsync($"unlisten {channel}", cancellationToken);
    }

    private async Task<bool> IsListeningAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ListeningSql, connection);
        command.Parameters.AddWithValue("channel", CaptureNames.Changed);
        return await command.ExecuteScalarAsync(cancellationToken) is 1L;
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private string Settings() => new NpgsqlConnectionStringBuilder(observed.Source.ConnectionString)
    {
        ApplicationName = "dash-listen",
        Pooling = false,
        Timeout = 3,
        CommandTimeout = 5,
        CancellationTimeout = 500,
        KeepAlive = 5,
        TcpKeepAlive = true,
        TcpKeepAliveTime = 5,
        TcpKeepAliveInterval = 1,
        Enlist = false,
        MaxAutoPrepare = 0,
        IncludeErrorDetail = false,
        PersistSecurityInfo = false,
    }.ConnectionString;
}
