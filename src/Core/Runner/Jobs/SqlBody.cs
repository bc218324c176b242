using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Runner.Jobs;

/// <summary>
/// A job of the kind <c>sql</c>: statements in one transaction. <c>:slot</c>, <c>:started_at</c>, <c>:job</c> and <c>:run_id</c> (or with <c>@</c>) are parameters;
/// no value becomes part of the text.
/// </summary>
internal sealed class SqlBody(IJobDatabase database, string statement, TimeSpan? statementTimeout) : IJobBody
{
    // Somebody has to give up on a server that does not answer at all.
    private static readonly TimeSpan AnswerAfterTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Reads the section; null when something is wrong with it.</summary>
    public static SqlBody? Read(OptionReader options, IJobDatabase? database)
    {
        var statement = options.Text("statement");
        var function = options.Text("function");
        var timeout = options.Length("statement_timeout", TimeSpan.Zero);
        if (statement is null == function is null)
        {
            options.Refuse("statement", statement is null ? "neither statement nor function" : "both statement and function", "statement = '''…''', or function = schema.name(:slot)");
        }
        else if (function is not null && !function.EndsWith(')'))
        {
            options.Refuse("function", "a call with its brackets: schema.name() or schema.name(:slot)");
        }

        if (database is null)
        {
            options.Refuse("kind", "a job of kind sql where jobs have no database", "the database of jobs to be configured");
        }

        return options.Failed ? null : new SqlBody(database!, statement ?? $"select {function}", timeout == TimeSpan.Zero ? null : timeout);
    }

    /// <inheritdoc/>
    public Task RunAsync(JobRun run, CancellationToken cancellationToken) => database.InTransactionAsync(
        run,
        async (connection, transaction, token) =>
        {
            if (statementTimeout is { } limit)
            {
                await using var set = new NpgsqlCommand("select set_config('statement_timeout', $1, true)", connection, transaction);
                set.Parameters.Add(new NpgsqlParameter<string> { TypedValue = ((long)limit.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) });
                await set.ExecuteNonQueryAsync(token);
            }

            await using var command = new NpgsqlCommand(statement, connection, transaction);
            command.CommandTimeout = statementTimeout is { } length ? (int)Math.Ceiling((length + AnswerAfterTimeout).TotalSeconds) : 0;
            command.Parameters.Add(new NpgsqlParameter("slot", NpgsqlDbType.TimestampTz) { Value = JobSlot.Of(run) });
            command.Parameters.Add(new NpgsqlParameter("started_at", NpgsqlDbType.TimestampTz) { Value = run.StartedAt.ToUniversalTime() });
            command.Parameters.Add(new NpgsqlParameter("job", NpgsqlDbType.Text) { Value = run.Job });
            command.Parameters.Add(new NpgsqlParameter("run_id", NpgsqlDbType.Text) { Value = run.RunId });
            await command.ExecuteNonQueryAsync(token);
        },
        cancellationToken);
}
