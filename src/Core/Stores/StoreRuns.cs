using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dashboard.Core.Stores;

/// <summary>What stores share: who they are, where their executors tell, by which clock they wait.</summary>
/// <param name="Who">Who tells what is told.</param>
/// <param name="Telemetry">Where it is told.</param>
/// <param name="Clock">For all of them.</param>
/// <param name="Logs">For all of them.</param>
public sealed record StoreContext(ExecutorIdentity Who, IRetryTelemetry Telemetry, TimeProvider Clock, ILoggerFactory Logs)
{
    /// <summary>For a program that says itself how it ended.</summary>
    public static StoreContext Silent { get; } = new(ExecutorIdentity.OfThisProcess("stores", "stores"), SilentTelemetry.Instance, TimeProvider.System, NullLoggerFactory.Instance);
}

/// <summary>The executors of one store: who saves may wait longer than who reads.</summary>
/// <param name="resource">What they work on.</param>
/// <param name="save">How a save waits.</param>
/// <param name="get">How a read waits.</param>
/// <param name="context">Who tells, where, and the clock.</param>
public sealed class StoreRuns<TConnection>(ITransactional<TConnection> resource, ExecutorOptions save, ExecutorOptions get, StoreContext context)
    where TConnection : class
{
    /// <summary>The resource by its name, by which its retries are found.</summary>
    public string Resource => resource.Name;

    /// <summary>For saving.</summary>
    public TransactionExecutor<TConnection> Save { get; } = New(resource, save, context);

    /// <summary>For reading.</summary>
    public TransactionExecutor<TConnection> Get { get; } = New(resource, get, context);

    private static TransactionExecutor<TConnection> New(ITransactional<TConnection> resource, ExecutorOptions options, StoreContext context) =>
        new(resource, options, context.Who, context.Telemetry, context.Clock, context.Logs.CreateLogger("Dashboard.Core.Stores"));
}

/// <summary>How the original's stores wait, with a bound for each attempt, which it had not.</summary>
public static class StoreWaits
{
    /// <summary>One attempt: files.</summary>
    public static ExecutorOptions Once { get; } = new() { TransactionExecutorClass = ExecutorKinds.NameOf(ExecutorKind.Plain), AttemptDeadlineSeconds = 60 };

    /// <summary>Five attempts within four minutes: S3, HTTP.</summary>
    public static ExecutorOptions Limited { get; } = new() { TransactionExecutorClass = ExecutorKinds.NameOf(ExecutorKind.Limited), AttemptDeadlineSeconds = 30 };

    /// <summary>For ever: PostgreSQL, RabbitMQ, HBase.</summary>
    public static ExecutorOptions Infinite { get; } = new() { TransactionExecutorClass = ExecutorKinds.NameOf(ExecutorKind.Infinite), AttemptDeadlineSeconds = 30 };
}
