namespace Dashboard.Core.Schedules;

/// <summary>An exception the real scheduler ends with: what a rule answers where the program would not answer at all.</summary>
/// <param name="Type">Its class as Python names it, without the module: <c>FrequencyDefinitionError</c>.</param>
/// <param name="Message">Its text, word for word.</param>
public sealed record SchedulerError(string Type, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => Message.Length == 0 ? Type : $"{Type}: {Message}";
}

/// <summary>What the real scheduler answers, or the exception it ends with instead.</summary>
/// <typeparam name="T">The answer.</typeparam>
public readonly record struct Answer<T>
{
    private readonly T? value;

    private Answer(T? value, SchedulerError? error) => (this.value, Error) = (value, error);

    /// <summary>The exception; null when there is an answer.</summary>
    public SchedulerError? Error { get; }

    /// <summary>The answer; asking for it where there is none is a fault of the asker.</summary>
    public T Value => Error is null ? value! : throw new InvalidOperationException($"There is no answer: {Error}");

    /// <summary>An answer.</summary>
    public static implicit operator Answer<T>(T value) => new(value, null);

    /// <summary>No answer.</summary>
    public static implicit operator Answer<T>(SchedulerError error) => new(default, error);

    /// <summary>What follows from the answer; without one the exception stays.</summary>
    public Answer<TNext> Then<TNext>(Func<T, Answer<TNext>> next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return Error is null ? next(value!) : Error;
    }
}
