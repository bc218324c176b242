using System.Text.Json;

namespace Dashboard.Browser.Tests;

/// <summary>What crontabber does to its tables around a run, statement by statement.</summary>
internal static class Scheduler
{
    /// <summary>A run begins: the lock is set.</summary>
    public static Task BeginAsync(this RunningDashboard dashboard, string job) =>
        dashboard.ExecuteAsync($"update crontabber set ongoing = now() where app_name = {Text(job)}");

    /// <summary>A run ends well: one row in the log, then the state.</summary>
    public static async Task SucceedAsync(this RunningDashboard dashboard, string job)
    {
        await dashboard.ExecuteAsync($"insert into crontabber_log (app_name, duration, success) values ({Text(job)}, interval '2.5 seconds', now())");
        await dashboard.ExecuteAsync(
            $"""
            update crontabber
               set next_run = now() + interval '1 day', first_run = coalesce(first_run, now()), last_run = now() - interval '2.5 seconds',
                   last_success = now(), error_count = 0, last_error = json_build_object(), ongoing = null
             where app_name = {Text(job)}
            """);
    }

    /// <summary>A run fails: one row in the log, then the state.</summary>
    public static async Task FailAsync(this RunningDashboard dashboard, string job, string message, string type = "<class 'ValueError'>")
    {
        const string traceback = "  File \"/data/socorro/cron/jobs/lab.py\", line 18, in run\n    raise ValueError(message)\n";
        var error = JsonSerializer.Serialize(new { type, value = message, traceback });
        await dashboard.ExecuteAsync(
            $"""
            insert into crontabber_log (app_name, duration, exc_type, exc_value, exc_traceback)
            values ({Text(job)}, interval '0.75 seconds', {Text(type)}, {Text($"ValueError({message})")}, {Text(traceback)})
            """);
        await dashboard.ExecuteAsync(
            $"""
            update crontabber
               set next_run = now() + interval '5 minutes', first_run = coalesce(first_run, now()), last_run = now() - interval '0.75 seconds',
                   error_count = error_count + 1, last_error = {Text(error)}::json, ongoing = null
             where app_name = {Text(job)}
            """);
    }

    /// <summary>A literal of SQL; every text is possible.</summary>
    public static string Text(string text) => HostileTexts.Literal(text);
}
