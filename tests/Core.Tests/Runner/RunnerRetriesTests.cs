using Dashboard.Core.Retries;
using Dashboard.Core.Runner;

namespace Dashboard.Core.Tests.Runner;

/// <summary>What the configuration of the jobs says of executors.</summary>
public sealed class RunnerRetriesTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-test-retries-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("[crontabber]\ntransaction_executor_class=crontabber.transaction_executor.TransactionExecutorWithLimitedBackoff\nbackoff_delays=1, 2.5\nwait_log_interval=3", ExecutorKind.Limited, "1, 2.5", 3)]
    [InlineData("[crontabber]\njobs=''\n[resource]\n[[postgresql]]\ntransaction_executor_class='socorro.database.transaction_executor.TransactionExecutorWithInfiniteBackoff'", ExecutorKind.Infinite, "10, 30, 60, 120, 300", 10)]
    [InlineData("[crontabber]\nbackoff_delays=7\n[resource]\n[[postgresql]]\ntransaction_executor_class=TransactionExecutorWithLimitedBackoff\nbackoff_delays=8", ExecutorKind.Limited, "7", 10)]
    [InlineData("[crontabber]\nbackoff_delays=7\nwait_log_interval=never", ExecutorKind.Plain, "7", 10)]
    public void It_is_read_where_crontabber_reads_it(string ini, ExecutorKind kind, string delays, double interval)
    {
        var read = RunnerRetries.Read(File(ini, "crontabber.ini"))!;
        Assert.Equal((kind, delays, interval), (read.Executor, read.BackoffDelays, read.WaitLogInterval));
    }

    [Theory]
    [InlineData("[crontabber]\njobs='''\nsocorro.Job|1d\n'''\nwait_log_interval=3", "crontabber.ini")]
    [InlineData("[other]\ntransaction_executor_class=TransactionExecutor", "crontabber.ini")]
    [InlineData("[crontabber]\ntransaction_executor_class=TransactionExecutor", "jobs.py")]
    public void What_says_nothing_of_executors_leaves_them_as_they_are(string text, string name) => Assert.Null(RunnerRetries.Read(File(text, name)));

    [Theory]
    [InlineData("transaction_executor_class=TransactionExecutorWithHope", "TransactionExecutorWithHope")]
    [InlineData("transaction_executor_class=TransactionExecutor\nbackoff_delays=soon", "soon")]
    public void An_executor_or_delays_that_are_none_are_an_error_with_the_file(string line, string named)
    {
        var path = File($"[crontabber]\n{line}\n", "crontabber.ini");
        var wrong = Assert.Throws<FormatException>(() => RunnerRetries.Read(path));
        Assert.StartsWith(path, wrong.Message, StringComparison.Ordinal);
        Assert.Contains(named, wrong.Message, StringComparison.Ordinal);
    }

    private string File(string text, string name)
    {
        var path = Path.Combine(folder.FullName, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }
}
