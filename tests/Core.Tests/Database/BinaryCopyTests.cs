using Dashboard.Core.Database;
using Dashboard.Kit;
using Npgsql;

namespace Dashboard.Core.Tests.Database;

/// <summary>Rows by binary COPY, against a real server that reads them.</summary>
public sealed class BinaryCopyTests : IAsyncLifetime
{
    private const string Copy = "copy kept (id, at, flag, number, seconds, words) from stdin (format binary)";
    private NpgsqlDataSource data = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        data = NpgsqlDataSource.Create(await (await TestPostgres.SharedAsync()).NewDatabaseAsync());
        await using var command = data.CreateCommand("create table kept (id uuid primary key, at timestamptz, flag boolean, number integer, seconds double precision, words text)");
        await command.ExecuteNonQueryAsync(Stop);
    }

    public async ValueTask DisposeAsync() => await data.DisposeAsync();

    [Fact]
    public async Task What_is_put_in_comes_out_the_same()
    {
        var id = Guid.Parse("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");
        var at = new DateTimeOffset(2014, 6, 8, 5, 23, 53, TimeSpan.FromHours(2)).AddTicks(1_010_010);
        var words = string.Concat(Enumerable.Repeat("Größe ☃ 😀\t\"\\", 10_000));
        await using (var connection = await data.OpenConnectionAsync(Stop))
        await using (var copy = await BinaryCopy.BeginAsync(connection, Copy, Stop))
        {
            Row(copy, id, at, flag: true, -7, 0.1, words);
            await copy.SentAsync(Stop);
            Row(copy, Guid.Empty, null, flag: false, int.MaxValue, null, null);
            await copy.SentAsync(Stop);
            Row(copy, Guid.AllBitsSet, DateTimeOffset.UnixEpoch, flag: false, 0, double.MaxValue, "");
            await copy.CompleteAsync(Stop);
        }

        await using var command = data.CreateCommand("select id, at, flag, number, seconds, words from kept order by id");
        await using var row = await command.ExecuteReaderAsync(Stop);
        Assert.True(await row.ReadAsync(Stop));
        Assert.Equal((Guid.Empty, true, false, int.MaxValue, true, true), (row.GetGuid(0), row.IsDBNull(1), row.GetBoolean(2), row.GetInt32(3), row.IsDBNull(4), row.IsDBNull(5)));
        Assert.True(await row.ReadAsync(Stop));
        Assert.Equal((id, at, true, -7, 0.1), (row.GetGuid(0), row.GetFieldValue<DateTimeOffset>(1), row.GetBoolean(2), row.GetInt32(3), row.GetDouble(4)));
        Assert.Equal(words, row.GetString(5));
        Assert.True(await row.ReadAsync(Stop));
        Assert.Equal((DateTimeOffset.UnixEpoch, double.MaxValue, ""), (row.GetFieldValue<DateTimeOffset>(1), row.GetDouble(4), row.GetString(5)));
        Assert.False(await row.ReadAsync(Stop));
    }

    [Fact]
    public async Task Without_an_end_nothing_is_kept_and_the_connection_goes_on()
    {
        await using var connection = await data.OpenConnectionAsync(Stop);
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await using var copy = await BinaryCopy.BeginAsync(connection, Copy, Stop);
            for (var row = 0; row < 5_000; row++)
            {
                Row(copy, Guid.NewGuid(), null, flag: false, row, null, "some words");
                await copy.SentAsync(Stop);
            }

            throw new InvalidOperationException("who fills it fails");
        });

        Assert.Equal(0, await CountAsync(connection));
    }

    [Fact]
    public async Task What_the_server_refuses_is_raised_and_the_transaction_goes_back_to_its_savepoint()
    {
        await using var connection = await data.OpenConnectionAsync(Stop);
        await using var transaction = await connection.BeginTransactionAsync(Stop);
        await transaction.SaveAsync("before", Stop);
        var refused = await Assert.ThrowsAsync<PostgresException>(async () =>
        {
            await using var copy = await BinaryCopy.BeginAsync(connection, Copy, Stop);
            for (var row = 0; row < 5_000; row++)
            {
                // The second is the first again: the server says so long before the last was sent.
                Row(copy, row < 2 ? Guid.Empty : Guid.NewGuid(), null, flag: false, row, null, new string('x', 500));
                await copy.SentAsync(Stop);
            }

            await copy.CompleteAsync(Stop);
        });

        Assert.Equal(PostgresErrorCodes.UniqueViolation, refused.SqlState);
        await transaction.RollbackAsync("before", Stop);
        Assert.Equal(0, await CountAsync(connection));
        await transaction.CommitAsync(Stop);
    }

    private static async Task<long> CountAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("select count(*) from kept", connection);
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }

    private static void Row(BinaryCopy copy, Guid id, DateTimeOffset? at, bool flag, int number, double? seconds, string? words)
    {
        copy.Row(6);
        copy.Uuid(id);
        copy.Time(at);
        copy.Boolean(flag);
        copy.Integer(number);
        copy.Double(seconds);
        copy.Text(words);
    }
}
