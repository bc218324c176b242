using Npgsql;

namespace Dashboard.Benchmarks;

/// <summary>What the scheduler does when a run has failed: one row, one transaction. Each change carries a number that no other has.</summary>
internal sealed class Writer : IAsyncDisposable
{
    private const string FailSql = """
        update crontabber
           set last_run = now(), next_run = now() + interval '5 minutes', error_count = error_count + 1, ongoing = null,
               last_error = json_build_object('type', '<class ''ValueError''>', 'value', 'seq-' || @number || '-', 'traceback', E'  File "/app/job.py", line 1, in run\n')
         where app_name = @job
        """;

    private static int numbers;
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlCommand fail;

    private Writer(NpgsqlConnection connection)
    {
        this.connection = connection;
        fail = new NpgsqlCommand(FailSql, connection);
        fail.Parameters.AddWithValue("number", "0");
        fail.Parameters.AddWithValue("job", "");
    }

    /// <summary>Connects, as a runner does.</summary>
    public static async Task<Writer> ConnectAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        var writer = new Writer(connection);
        await writer.fail.PrepareAsync();
        return writer;
    }

    /// <summary>Changes a row.</summary>
    /// <returns>The number it carries now, and when COMMIT returned, in milliseconds of the wall clock.</returns>
    public async Task<(int Number, double Committed)> FailAsync(string job)
    {
        var number = Interlocked.Increment(ref numbers);
        fail.Parameters["number"].Value = number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        fail.Parameters["job"].Value = job;
        await fail.ExecuteNonQueryAsync();
        return (number, WallClock());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await fail.DisposeAsync();
        await connection.DisposeAsync();
    }

    private static double WallClock() => (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds;
}
