using System.Globalization;
using Npgsql;

namespace Dashboard.Core.Tests.Actions;

/// <summary>A job of Socorro's list, in its own words.</summary>
/// <param name="Command">Its name.</param>
/// <param name="Frequency">A number and d, h or m.</param>
/// <param name="Time">HH:MM in UTC; null for none.</param>
/// <param name="Backfills">Whether it makes up for moments it missed.</param>
internal sealed record CronSpec(string Command, string Frequency, string? Time = null, bool Backfills = false);

/// <summary>One run of one command in a tick.</summary>
/// <param name="Command">Which.</param>
/// <param name="RunTime">The moment it was called for.</param>
/// <param name="Failed">Whether it failed.</param>
internal sealed record CronCall(string Command, DateTimeOffset RunTime, bool Failed = false);

/// <summary>
/// A double of Socorro's <c>cronrun</c>, written from what the real one was seen to do and not from this program's rules, so that plans are held against something else than
/// themselves. It works on the real tables and asks its own: whether it is time, whether the lock lets it, which moments a run is called for. <see cref="CronrunTests"/>
/// holds it to the recorded answers. It is no more than that: it has no commands, and one tick is one moment.
/// </summary>
internal sealed class Cronrun(NpgsqlDataSource database, params IReadOnlyList<CronSpec> jobs)
{
    private static readonly TimeSpan MaxOngoing = TimeSpan.FromHours(2);
    private static readonly TimeSpan ErrorRetry = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>One tick: every job of the list, one after the other; a lock of one keeps nobody else.</summary>
    /// <param name="now">The runner's clock.</param>
    /// <param name="fails">Which calls fail; null for none.</param>
    public async Task<IReadOnlyList<CronCall>> TickAsync(DateTimeOffset now, Func<string, bool>? fails = null)
    {
        var calls = new List<CronCall>();
        foreach (var job in jobs)
        {
            await DoAsync("insert into cron_job (app_name, error_count) values (@name, 0) on conflict (app_name) do nothing", job, now);
            var row = await RowAsync(job);
            if (!IsTime(job, row.NextRun, now) || (row.Ongoing is { } locked && !IsOld(locked, now)))
            {
                continue;
            }

            foreach (var moment in RunTimes(job, row.LastSuccess, now))
            {
                var failed = fails?.Invoke(job.Command) ?? false;
                calls.Add(new CronCall(job.Command, moment, failed));

                // A failure moves last_success just the same: what the real one does.
                await DoAsync($"""
                    update cron_job
                       set last_run = @now, first_run = coalesce(first_run, @now), last_success = @moment, next_run = @next,
                           error_count = case when @failed then error_count + 1 else 0 end, last_error = case when @failed then 'a failure' else '{"{}"}' end
                     where app_name = @name
                    """, job, now, moment, failed ? now + ErrorRetry : NextRun(job, now), failed);
                await DoAsync("insert into cron_log (app_name, log_time, duration, success, exc_type) values (@name, @now, 0, case when @failed then null else @moment end, case when @failed then 'x' end)", job, now, moment, now, failed);
                if (failed)
                {
                    break;
                }
            }

            await DoAsync("update cron_job set ongoing = null where app_name = @name", job, now);
        }

        return calls;
    }

    /// <summary>The moments a run is called for: of a backfill job each interval since its last success up to now, now included.</summary>
    public static IReadOnlyList<DateTimeOffset> RunTimes(CronSpec job, DateTimeOffset? lastSuccess, DateTimeOffset now)
    {
        if (!job.Backfills || lastSuccess is not { } when)
        {
            return [now];
        }

        var moments = new List<DateTimeOffset>();
        when = AtTime(job, when);
        while ((when += Interval(job)) <= now)
        {
            moments.Add(when);
        }

        return moments;
    }

    /// <summary>Whether it is time: a row without a next run is new, and waits for its time of day at most.</summary>
    public static bool IsTime(CronSpec job, DateTimeOffset? nextRun, DateTimeOffset now) =>
        nextRun is { } next ? next < now : job.Time is null || TimeOnly.FromTimeSpan(now.UtcDateTime.TimeOfDay) >= Clock(job);

    /// <summary>Whether a lock is taken over: its age in whole seconds, without the days.</summary>
    public static bool IsOld(DateTimeOffset locked, DateTimeOffset now)
    {
        var seconds = (long)Math.Floor((now - locked).TotalSeconds);
        return TimeSpan.FromSeconds(((seconds % 86_400) + 86_400) % 86_400) > MaxOngoing;
    }

    private static DateTimeOffset NextRun(CronSpec job, DateTimeOffset now) => AtTime(job, now + Interval(job));

    private static DateTimeOffset AtTime(CronSpec job, DateTimeOffset moment) => job.Time is null ? moment : new DateTimeOffset(moment.UtcDateTime.Date, TimeSpan.Zero) + Clock(job).ToTimeSpan();

    private static TimeOnly Clock(CronSpec job) => TimeOnly.ParseExact(job.Time!, "HH:mm", CultureInfo.InvariantCulture);

    private static TimeSpan Interval(CronSpec job)
    {
        var number = int.Parse(job.Frequency[..^1], CultureInfo.InvariantCulture);
        return job.Frequency[^1] switch { 'd' => TimeSpan.FromDays(number), 'h' => TimeSpan.FromHours(number), _ => TimeSpan.FromMinutes(number) };
    }

    private async Task<(DateTimeOffset? NextRun, DateTimeOffset? LastSuccess, DateTimeOffset? Ongoing)> RowAsync(CronSpec job)
    {
        await using var command = database.CreateCommand("select next_run, last_success, ongoing from cron_job where app_name = @name");
        command.Parameters.AddWithValue("name", job.Command);
        await using var reader = await command.ExecuteReaderAsync(Token);
        await reader.ReadAsync(Token);
        return (At(0), At(1), At(2));

        DateTimeOffset? At(int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
    }

    private async Task DoAsync(string sql, CronSpec job, DateTimeOffset now, DateTimeOffset? moment = null, DateTimeOffset? next = null, bool failed = false)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddWithValue("name", job.Command);
        foreach (var (name, value) in ((string, DateTimeOffset)[])[("now", now), ("moment", moment ?? now), ("next", next ?? now)])
        {
            if (sql.Contains($"@{name}", StringComparison.Ordinal))
            {
                command.Parameters.AddWithValue(name, value.UtcDateTime);
            }
        }

        if (sql.Contains("@failed", StringComparison.Ordinal))
        {
            command.Parameters.AddWithValue("failed", failed);
        }

        await command.ExecuteNonQueryAsync(Token);
    }
}
