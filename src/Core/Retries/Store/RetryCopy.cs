using Dashboard.Core.Database;
using Dashboard.Core.Failures;

namespace Dashboard.Core.Retries.Store;

/// <summary>The columns that <c>retry_event</c> and <c>retry_streak</c> have in common, as a COPY of either sends them.</summary>
internal static class RetryCopy
{
    /// <summary><see cref="Told"/> in a list of columns.</summary>
    public const string ToldColumns = "source, host, process, thread, app_name, run_id, resource, backend, executor";

    /// <summary><see cref="Failure"/> in a list of columns.</summary>
    public const string FailureColumns = "exc_type, exc_value, code, class";

    /// <summary>Who tells, for which job and run, of what.</summary>
    public static void Told(this BinaryCopy copy, RetryTeller who, string? appName, string? runId, string backend, ExecutorKind executor)
    {
        copy.Text(who.Source);
        copy.Text(who.Host);
        copy.Text(who.Process);
        copy.Text(who.Thread);
        copy.Text(appName);
        copy.Text(runId);
        copy.Text(who.Resource);
        copy.Text(backend);
        copy.Text(RetryWords.Of(executor));
    }

    /// <summary>The newest failure, as far as it is known.</summary>
    public static void Failure(this BinaryCopy copy, string? type, string? value, string? code, FailureClass? kind)
    {
        copy.Text(type);
        copy.Text(value);
        copy.Text(code);
        copy.Text(kind is { } known ? RetryWords.Of(known) : null);
    }
}
