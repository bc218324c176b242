using Dashboard.Core.Schedules;

namespace Dashboard.Core.Monitoring;

/// <summary>A configured job as <c>--nagios</c> sees it.</summary>
/// <param name="Name">Its <c>app_name</c>.</param>
/// <param name="ClassName">Its class without the module.</param>
/// <param name="Backfills">Whether its class is a backfill class.</param>
public sealed record NagiosJob(string Name, string ClassName, bool Backfills)
{
    /// <summary><c>error_count</c>; null when there is no row, or when the row has none.</summary>
    public int? ErrorCount { get; init; }

    /// <summary><c>last_error</c> as it stands in the row; null for SQL's NULL.</summary>
    public string? LastError { get; init; }
}

/// <summary>What <c>--nagios</c> prints and exits with.</summary>
/// <param name="Text">What goes to standard output, its line feed included.</param>
/// <param name="ExitCode">0, 1 or 2.</param>
public sealed record NagiosAnswer(string Text, int ExitCode);

/// <summary>
/// crontabber's own monitoring: <c>--nagios</c>. It knows failures only; stuck locks, overdue and starved jobs are fine to it. Values are pasted as they
/// stand, so that one with <c>|</c> or a line feed is cut by Nagios: for being compatible, not for imitation.
/// </summary>
public static class NagiosRule
{
    /// <summary>The answer for the jobs in configuration order, or the exception that ends the program with exit code 1.</summary>
    public static Answer<NagiosAnswer> Say(IEnumerable<NagiosJob> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        List<string> warnings = [], criticals = [];
        foreach (var job in jobs.Where(job => job.ErrorCount is not (null or 0)))
        {
            var type = LastErrorField.Of(job.LastError, "type");
            var value = type.Then(_ => LastErrorField.Of(job.LastError, "value"));
            if (value.Error is { } error)
            {
                return error;
            }

            (job is { ErrorCount: 1, Backfills: true } ? warnings : criticals).Add($"{job.Name} ({job.ClassName}) | {type.Value} | {value.Value}");
        }

        return criticals.Count > 0 ? new NagiosAnswer($"CRITICAL - {string.Join("; ", criticals)}\n", 2)
            : warnings.Count > 0 ? new NagiosAnswer($"WARNING - {string.Join("; ", warnings)}\n", 1)
            : new NagiosAnswer("OK - All systems nominal\n", 0);
    }
}
