using System.Globalization;
using Dashboard.Core.Runner.Jobs;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Runner.Samples;

/// <summary>
/// Cleans the crash reports of ten minutes: what is no duplicate goes into the table that all reports on reports are made from. A slot that was missed is made up
/// for, and one that is worked on a second time changes nothing but its count. <c>seconds_per_slot</c> makes it last longer, so that it can be watched.
/// </summary>
[CronJob("reports-clean", DependsOn = ["duplicates"])]
[BackfillJob]
[SinglePostgresTransaction]
public sealed class ReportsClean
{
    private const string CleanSql = """
        with clean as (
            insert into reports.clean (report_id, slot, product, version, os, signature)
            select id, $1, product, version, os, signature
              from reports.report
             where arrived_at > $1 - interval '10 minutes' and arrived_at <= $1 and not exists (select from reports.duplicate where report_id = id)
            on conflict do nothing
            returning 1)
        insert into reports.cleaned_slot (slot, reports, times) select $1, count(*), 1 from clean
        on conflict (slot) do update set times = cleaned_slot.times + 1
        """;

    private readonly double secondsPerSlot;

    /// <summary>Takes what its section says.</summary>
    public ReportsClean(JobOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        secondsPerSlot = double.Parse(options.Text("seconds_per_slot") ?? "0", CultureInfo.InvariantCulture);
    }

    /// <summary>Cleans the ten minutes that end with the slot.</summary>
    public async Task RunAsync(NpgsqlConnection connection, DateTimeOffset slot, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new(CleanSql), new("select pg_sleep($1)") } };
        batch.BatchCommands[0].Parameters.Add(new NpgsqlParameter { Value = slot.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        batch.BatchCommands[1].Parameters.Add(new NpgsqlParameter<double> { TypedValue = secondsPerSlot });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
