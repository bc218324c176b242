using System.Globalization;
using System.Net;
using Dashboard.Core.Retries.Executor;

namespace Dashboard.Core.Notifications;

/// <summary>A receiver that did not take a message.</summary>
/// <param name="status">Its status.</param>
/// <param name="after">When it wants to be asked again; null when it does not say.</param>
public sealed class ReceiverException(HttpStatusCode status, TimeSpan? after) : Exception(string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)status} {status}"))
{
    /// <summary>Its status.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>When it wants to be asked again; null when it does not say.</summary>
    public TimeSpan? After { get; } = after;

    /// <summary>Whether it may take the same message later.</summary>
    public bool MayHeal => (int)Status >= 500 || Status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.Conflict || (int)Status == 425;
}

/// <summary>A receiver of messages as an executor sees it: nothing to begin or commit, and a message may be sent twice, for it has its name.</summary>
/// <param name="address">Where.</param>
/// <param name="client">What sends.</param>
public sealed class ReceiverResource(Uri address, HttpMessageInvoker client) : ITransactional<HttpMessageInvoker>
{
    /// <inheritdoc/>
    public string Name { get; } = $"http {address.Host}";

    /// <inheritdoc/>
    public string Backend => "http";

    /// <inheritdoc/>
    public ValueTask<OpenTransaction<HttpMessageInvoker>> OpenAsync(CancellationToken cancellationToken) => new(new OpenTransaction<HttpMessageInvoker>(client, null));

    /// <inheritdoc/>
    public ValueTask<CommitProof> ProofAsync(OpenTransaction<HttpMessageInvoker> transaction, CancellationToken cancellationToken) => new(new CommitProof(CommitProofKind.Repeatable, 0));

    /// <inheritdoc/>
    public ValueTask CommitAsync(OpenTransaction<HttpMessageInvoker> transaction, CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public ValueTask RollBackAsync(OpenTransaction<HttpMessageInvoker> transaction, CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public ValueTask CloseAsync(OpenTransaction<HttpMessageInvoker> transaction) => default;

    /// <inheritdoc/>
    public void ForceReconnect()
    {
        // Each message is sent on a connection that works, or fails.
    }

    /// <inheritdoc/>
    public bool IsLost(OpenTransaction<HttpMessageInvoker> transaction) => false;

    /// <inheritdoc/>
    public bool IsAnswer(Exception failure) => failure is ReceiverException;

    /// <inheritdoc/>
    public Trouble Classify(Exception failure, AttemptPhase phase, bool lost) => failure switch
    {
        GuardedAddressException => new(TroubleKind.Fatal, null),

        // Who asks for a pause gets it: the next attempt is not this executor's.
        ReceiverException { After: not null } busy => new(TroubleKind.Fatal, Code(busy)),
        ReceiverException answer => new(answer.MayHeal ? TroubleKind.Operational : TroubleKind.Fatal, Code(answer)),
        HttpRequestException or IOException or TimeoutException or OperationCanceledException or System.Net.Sockets.SocketException => new(TroubleKind.Operational, null),
        _ => new(TroubleKind.Fatal, null),
    };

    /// <inheritdoc/>
    public ValueTask<CommitFate> FateAsync(CommitProof proof, CancellationToken cancellationToken) => new(CommitFate.Unknown);

    private static string Code(ReceiverException answer) => ((int)answer.Status).ToString(CultureInfo.InvariantCulture);
}
