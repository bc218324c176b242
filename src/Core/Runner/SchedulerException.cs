using Dashboard.Core.Schedules;

namespace Dashboard.Core.Runner;

/// <summary>What crontabber itself dies of, where this runner does the same.</summary>
public sealed class SchedulerException : Exception
{
    /// <summary>With the error as the rules spell it.</summary>
    public SchedulerException(SchedulerError error)
        : base(error?.ToString()) => Error = error ?? throw new ArgumentNullException(nameof(error));

    /// <summary>As the rules spell it.</summary>
    public SchedulerError Error { get; }
}
