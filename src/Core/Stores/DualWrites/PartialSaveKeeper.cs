using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Stores.DualWrites;

/// <summary>
/// Writes partial saves down at once, while whoever saved waits for it; while the own records are away they wait in memory and are written down when these are back. What would not fit there is
/// counted: a comparison of both stores finds it all the same.
/// </summary>
public sealed partial class PartialSaveKeeper : BackgroundService, IPartialSaves
{
    /// <summary>How many wait in memory at most.</summary>
    public const int MostWaiting = 10_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(2);
    private readonly Channel<PartialSave> waiting;
    private readonly PartialSaveLedger ledger;
    private readonly TimeProvider clock;
    private readonly ILogger<PartialSaveKeeper> log;
    private long lost;

    /// <summary>Writes into a ledger.</summary>
    public PartialSaveKeeper(PartialSaveLedger ledger, TimeProvider clock, ILogger<PartialSaveKeeper> log)
    {
        (this.ledger, this.clock, this.log) = (ledger, clock, log);
        waiting = Channel.CreateBounded<PartialSave>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    }

    /// <summary>How many wait in memory.</summary>
    public int Waiting => waiting.Reader.Count;

    /// <summary>How many found no place there since the start.</summary>
    public long Lost => Interlocked.Read(ref lost);

    /// <inheritdoc/>
    public async ValueTask TellAsync(PartialSave save)
    {
        ArgumentNullException.ThrowIfNull(save);

        // Behind those that wait already, or an older word would come after a newer one.
        if (Waiting == 0)
        {
            using var patience = new CancellationTokenSource(Patience, clock);
            try
            {
                await ledger.AddAsync(save, patience.Token);
                return;
            }
            catch (Exception cause)
            {
                LogPutOff(log, cause, save.Id.Value, save.Missing);
            }
        }

        if (!waiting.Writer.TryWrite(save))
        {
            Interlocked.Increment(ref lost);
            LogLost(log, save.Id.Value, save.Missing);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await waiting.Reader.WaitToReadAsync(stoppingToken))
            {
                // Looked at first and taken when it is written: until then it counts as waiting.
                while (waiting.Reader.TryPeek(out var save))
                {
                    await WriteAsync(save, stoppingToken);
                    waiting.Reader.TryRead(out _);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            if (Waiting > 0)
            {
                LogLeft(log, Waiting);
            }
        }
    }

    private async Task WriteAsync(PartialSave save, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await ledger.AddAsync(save, cancellationToken);
                return;
            }
            catch (Exception) when (!cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(BetweenTries, clock, cancellationToken);
            }
        }
    }

    [LoggerMessage(2120, LogLevel.Error, "Crash {CrashId} did not reach {Store}; that cannot be written down at present and waits in memory")]
    private static partial void LogPutOff(ILogger log, Exception cause, string crashId, string store);

    [LoggerMessage(2121, LogLevel.Critical, "Crash {CrashId} did not reach {Store}, and too many such wait already to remember it: compare both stores")]
    private static partial void LogLost(ILogger log, string crashId, string store);

    [LoggerMessage(2122, LogLevel.Critical, "{Count} saves that reached one store only could not be written down before the end: compare both stores")]
    private static partial void LogLeft(ILogger log, int count);
}
