using Dashboard.Kit;
using Npgsql;

namespace Dashboard.Core.Tests.Kit;

public sealed class TestPostgresTests
{
    [Theory]
    [InlineData("crontabber-incident", "crontabber", 20L)]
    [InlineData("crontabber-healthy", "crontabber", 16L)]
    [InlineData("socorro-cron-incident", "cron_job", 11L)]
    public async Task A_captured_database_holds_the_rows_the_real_program_wrote(string fixture, string table, long rows)
    {
        var postgres = await TestPostgres.SharedAsync();
        await using var database = NpgsqlDataSource.Create(await postgres.NewDatabaseAsync(fixture));
        await using var command = database.CreateCommand($"select count(*) from public.{table}");
        Assert.Equal(rows, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }
}
