using System.ComponentModel.DataAnnotations;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;

namespace Dashboard.Core.Tests.Retries;

public sealed class ExecutorOptionsTests
{
    [Theory]
    [InlineData("TransactionExecutor", ExecutorKind.Plain)]
    [InlineData("crontabber.transaction_executor.TransactionExecutorWithLimitedBackoff", ExecutorKind.Limited)]
    [InlineData("socorro.database.transaction_executor.TransactionExecutorWithInfiniteBackoff", ExecutorKind.Infinite)]
    [InlineData("socorro.unittest.MyExecutor", null)]
    [InlineData("", null)]
    public void An_executor_is_known_by_its_name_also_by_the_dotted_one_of_Python(string name, ExecutorKind? kind) => Assert.Equal(kind, ExecutorKinds.Parse(name));

    [Fact]
    public void The_defaults_are_those_of_the_field()
    {
        var options = new ExecutorOptions();
        Assert.Equal([10, 30, 60, 120, 300], options.Delays.Select(delay => delay.TotalSeconds));
        Assert.Equal((10d, (TimeSpan?)null, 0d), (options.WaitLogInterval, options.AttemptDeadline, options.Jitter));
        Assert.Empty(options.Validate(new ValidationContext(options)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("10, -1")]
    [InlineData("ten")]
    [InlineData("100000")]
    public void Delays_that_are_none_are_refused_by_name(string delays)
    {
        var options = new ExecutorOptions { BackoffDelays = delays };
        Assert.Contains("Retries:backoff_delays", Assert.Single(options.Validate(new ValidationContext(options))).ErrorMessage, StringComparison.Ordinal);
    }
}
