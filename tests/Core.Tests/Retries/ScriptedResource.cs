using Dashboard.Core.Retries.Executor;

namespace Dashboard.Core.Tests.Retries;

/// <summary>A resource that does what it is told, and counts what is asked of it.</summary>
internal sealed class ScriptedResource : ITransactional<object>
{
    public string Name => "scripted";

    public string Backend => "test";

    public Func<ValueTask> Opening { get; set; } = () => default;

    public Func<CancellationToken, ValueTask> Committing { get; set; } = _ => default;

    public Func<ValueTask> RollingBack { get; set; } = () => default;

    public Func<ValueTask<CommitFate>> Fate { get; set; } = () => new(CommitFate.Unknown);

    public CommitProof Proof { get; set; } = new(CommitProofKind.Number, 7);

    public int Opened { get; private set; }

    public int Closed { get; private set; }

    public int Committed { get; private set; }

    public int RolledBack { get; private set; }

    public int Reconnected { get; private set; }

    public int Asked { get; private set; }

    public async ValueTask<OpenTransaction<object>> OpenAsync(CancellationToken cancellationToken)
    {
        await Opening();
        Opened++;
        return new(this, null);
    }

    public ValueTask<CommitProof> ProofAsync(OpenTransaction<object> transaction, CancellationToken cancellationToken) => new(Proof);

    public async ValueTask CommitAsync(OpenTransaction<object> transaction, CancellationToken cancellationToken)
    {
        await Committing(cancellationToken);
        Committed++;
    }

    public ValueTask RollBackAsync(OpenTransaction<object> transaction, CancellationToken cancellationToken)
    {
        RolledBack++;
        return RollingBack();
    }

    public ValueTask CloseAsync(OpenTransaction<object> transaction)
    {
        Closed++;
        return default;
    }

    public void ForceReconnect() => Reconnected++;

    public bool IsLost(OpenTransaction<object> transaction) => false;

    public bool IsAnswer(Exception failure) => failure is AnsweredException;

    public Trouble Classify(Exception failure, AttemptPhase phase, bool lost) => failure switch
    {
        AwayException => new(TroubleKind.Operational, "08006"),
        BusyException => new(TroubleKind.Conditional, "40001"),
        FormatException => new(TroubleKind.Foreign, null),
        _ => new(TroubleKind.Fatal, null),
    };

    public ValueTask<CommitFate> FateAsync(CommitProof proof, CancellationToken cancellationToken)
    {
        Asked++;
        return Fate();
    }
}

/// <summary>The other end is away.</summary>
internal sealed class AwayException(string message = "the other end is away") : Exception(message);

/// <summary>Somebody was in the way.</summary>
internal sealed class BusyException() : Exception("somebody was in the way");

/// <summary>The other end refused to commit, and said so.</summary>
internal sealed class AnsweredException() : Exception("a constraint was broken");
