using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Retries.Executor;

/// <summary>Section <c>Retries</c>: how executors wait, beside what is kept of it (<see cref="RetryOptions"/>). The names are those of the original's options.</summary>
public sealed record ExecutorOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Retries";

    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary><c>transaction_executor_class</c>: by its name, the Python dotted name is accepted.</summary>
    [ConfigurationKeyName("transaction_executor_class")]
    public string TransactionExecutorClass { get; init; } = ExecutorKinds.NameOf(ExecutorKind.Infinite);

    /// <summary><c>backoff_delays</c>: seconds between attempts, separated by commas. The last repeats for ever in the infinite executor.</summary>
    [ConfigurationKeyName("backoff_delays")]
    public string BackoffDelays { get; init; } = "10, 30, 60, 120, 300";

    /// <summary><c>wait_log_interval</c>: seconds between signs of life while it waits.</summary>
    [ConfigurationKeyName("wait_log_interval")]
    [Range(0.001, 3600)]
    public double WaitLogInterval { get; init; } = 10;

    /// <summary>How long one attempt may take, in seconds; 0 for no bound. The function and the driver are asked to end then, and left after <see cref="QuitGraceSeconds"/>.</summary>
    [ConfigurationKeyName("attempt_deadline")]
    [Range(0, 86_400)]
    public double AttemptDeadlineSeconds { get; init; }

    /// <summary>
    /// How long an attempt may go on, in seconds, once it was asked to end, at its deadline or because the program quits. Then it is left behind: it never commits,
    /// and its connection is given back when the driver has given up. A function that does not heed its token goes on for as long.
    /// </summary>
    [ConfigurationKeyName("quit_grace")]
    [Range(0.001, 3600)]
    public double QuitGraceSeconds { get; init; } = 0.3;

    /// <summary>By which part a delay may be shorter or longer by chance, so that many who wait do not all come back at once: 0.2 for a fifth.</summary>
    [ConfigurationKeyName("jitter")]
    [Range(0, 1)]
    public double Jitter { get; init; }

    /// <summary>The executor.</summary>
    public ExecutorKind Executor => ExecutorKinds.Parse(TransactionExecutorClass) ?? ExecutorKind.Infinite;

    /// <summary>The delays.</summary>
    public IReadOnlyList<TimeSpan> Delays => ReadDelays(BackoffDelays) ?? [];

    /// <summary>How long one attempt may take; null for no bound.</summary>
    public TimeSpan? AttemptDeadline => AttemptDeadlineSeconds > 0 ? TimeSpan.FromSeconds(AttemptDeadlineSeconds) : null;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ExecutorKinds.Parse(TransactionExecutorClass) is null)
        {
            yield return new($"{Section}:transaction_executor_class is '{TransactionExecutorClass}'; known are {string.Join(", ", ExecutorKinds.Names)}.", ["transaction_executor_class"]);
        }

        if (ReadDelays(BackoffDelays) is null)
        {
            yield return new($"{Section}:backoff_delays is '{BackoffDelays}'; it takes 1 to 100 numbers of seconds, each from 0 to {Longest.TotalSeconds:0}, separated by commas.", ["backoff_delays"]);
        }
    }

    private static List<TimeSpan>? ReadDelays(string text)
    {
        var delays = new List<TimeSpan>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!double.TryParse(part, System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture, out var seconds) || seconds > Longest.TotalSeconds)
            {
                return null;
            }

            delays.Add(TimeSpan.FromSeconds(seconds));
        }

        return delays.Count is > 0 and <= 100 ? delays : null;
    }
}
