using Dashboard.Core.Database;
using Npgsql;

namespace Dashboard.Web.Health;

/// <summary>Whether the own database answers, asked at most once a second however many ask us.</summary>
internal sealed class OwnDatabasePulse(OwnDatabase database, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private readonly SemaphoreSlim turn = new(1);
    private CheckWire last = CheckWire.Ok;
    private DateTimeOffset at = DateTimeOffset.MinValue;

    public async Task<CheckWire> CheckAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (clock.GetUtcNow() - at >= Fresh)
            {
                last = await AskAsync(cancellationToken);
                at = clock.GetUtcNow();
            }

            return last;
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task<CheckWire> AskAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return await database.AnswersAsync(patience.Token) ? CheckWire.Ok : new CheckWire("error", "Its schema has not been made yet.");
        }
        catch (NpgsqlException cause)
        {
            // The message may name host and user; whoever asks need not be known to us.
            return new CheckWire("error", cause is PostgresException refused ? $"It refused: SQLSTATE {refused.SqlState}." : "It is out of reach.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new CheckWire("error", $"It did not answer within {Patience.TotalSeconds:0} s.");
        }
    }
}
