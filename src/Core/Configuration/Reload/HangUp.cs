using System.Runtime.InteropServices;
using System.Threading.Channels;
using Dashboard.Core.Configuration.Readings;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Configuration.Reload;

/// <summary>SIGHUP reads the configuration again; without this it would end the process. Signals that come while one is heeded are one more together.</summary>
public sealed partial class HangUp(ConfigurationReload reload, ConfigurationReading first, ILogger<HangUp> log) : BackgroundService
{
    private readonly Channel<bool> rung = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private PosixSignalRegistration? signal;

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Before anything is served: from then on nobody need know that the program was not ready for it.
        signal = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            rung.Writer.TryWrite(true);
        });
        foreach (var warning in first.Warnings)
        {
            LogWarning(log, warning.ToString());
        }

        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        signal?.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var _ in rung.Reader.ReadAllAsync(stoppingToken))
            {
                await ReloadAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program ends.
        }
    }

    private async Task ReloadAsync(CancellationToken stoppingToken)
    {
        try
        {
            await reload.ReloadAsync("SIGHUP", stoppingToken);
        }
        catch (Exception cause) when (!stoppingToken.IsCancellationRequested)
        {
            LogFailed(log, cause);
        }
    }

    [LoggerMessage(2209, LogLevel.Warning, "{Warning}")]
    private static partial void LogWarning(ILogger log, string warning);

    [LoggerMessage(2210, LogLevel.Error, "The configuration could not be read again; the old one goes on.")]
    private static partial void LogFailed(ILogger log, Exception cause);
}
