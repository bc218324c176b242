namespace Dashboard.Core.Sources;

/// <summary>A way to be told of changes: started once, then it runs until its connection is lost.</summary>
internal interface IChangeCapture : IAsyncDisposable
{
    /// <summary>Begins to listen; what changes from here on is told.</summary>
    /// <exception cref="CaptureUnavailableException">This way cannot work here.</exception>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Raises the signal for each change until the connection is lost, which throws.</summary>
    Task RunAsync(ChangeSignal signal, CancellationToken cancellationToken);
}

/// <summary>A way to be told of changes cannot work here; the message says why in one sentence.</summary>
internal sealed class CaptureUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
