using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Database;
using Dashboard.Kit;
using Npgsql;

namespace Dashboard.Core.Tests.Actions;

public sealed class AuditTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("update dashboard.audit set actor = 'eve' where seq = 3")]
    [InlineData("delete from dashboard.audit where seq = 3")]
    [InlineData("truncate dashboard.audit")]
    public async Task Nobody_changes_a_line_by_an_ordinary_statement(string sql)
    {
        await using var own = await FilledAsync();

        var refused = await Assert.ThrowsAsync<PostgresException>(() => DoAsync(own, sql));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        Assert.Equal((5, 0), await VerifyAsync(own));
    }

    [Theory]
    [InlineData("update dashboard.audit set actor = 'eve' where seq = 3", "Line 3 was changed")]
    [InlineData("update dashboard.audit set at = at - interval '1 hour' where seq = 2", "Line 2 was changed")]
    [InlineData("update dashboard.audit set reason = null where seq = 4", "Line 4 was changed")]
    [InlineData("update dashboard.audit set summary = summary || source, source = '' where seq = 4", "Line 4 was changed")]
    [InlineData("delete from dashboard.audit where seq = 3", "Line 3 is missing.")]
    [InlineData("delete from dashboard.audit where seq in (2, 3)", "Lines 2 to 3 are missing.")]
    [InlineData("update dashboard.audit set seq = case seq when 2 then 102 else 3 end where seq in (2, 3)", "Line 2 is missing.")]
    [InlineData("delete from dashboard.audit where seq = 3; update dashboard.audit set seq = 3 where seq = 4; update dashboard.audit set seq = 4 where seq = 5", "Line 3 does not follow from line 2")]
    [InlineData("delete from dashboard.audit where seq > 4", "The end was cut off: line 5")]
    [InlineData("delete from dashboard.audit", "The end was cut off: line 5")]
    public async Task What_a_superuser_does_to_it_is_found_and_named(string sql, string found)
    {
        await using var own = await FilledAsync();
        var anchor = (await AuditVerification.RunAsync(new AuditQueries(own), [], Cancel)).Head!;
        await DoAsync(own, $"set session_replication_role = replica; {sql}");

        var report = await AuditVerification.RunAsync(new AuditQueries(own), [AuditAnchor.Parse(anchor.ToString())!], Cancel);

        Assert.Contains(report.Faults, fault => fault.Text.StartsWith(found, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Lines_added_at_once_still_follow_one_from_the_other()
    {
        await using var own = await FilledAsync();
        var queries = new AuditQueries(own);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => queries.AddAsync(Entry($"at once {i}"), Cancel))));

        Assert.Equal((45, 0), await VerifyAsync(own));
    }

    [Fact]
    public async Task Texts_that_no_database_holds_are_kept_as_far_as_they_can_be()
    {
        await using var own = await FilledAsync();

        await new AuditQueries(own).AddAsync(Entry("a\0b") with { Reason = "line\nline\u2028\u202e", Job = "<b>'\"" }, Cancel);

        Assert.Equal((6, 0), await VerifyAsync(own));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("12:zz")]
    [InlineData(":00")]
    public void A_text_that_is_no_anchor_is_none(string? text) => Assert.Null(AuditAnchor.Parse(text));

    private static AuditEntry Entry(string summary) => new(AuditEvents.Done, CommitStage.Ada, summary) { Source = "test", Job = "slow", Kind = "reset", Reason = "because", Before = "{}" };

    private static async Task<OwnDatabase> FilledAsync()
    {
        var own = new OwnDatabase(await (await TestPostgres.SharedAsync()).NewDatabaseAsync());
        await own.MigrateAsync(Cancel);
        for (var line = 1; line <= 5; line++)
        {
            await new AuditQueries(own).AddAsync(Entry($"line {line}"), Cancel);
        }

        return own;
    }

    private static async Task<(long Lines, int Faults)> VerifyAsync(OwnDatabase own)
    {
        var report = await AuditVerification.RunAsync(new AuditQueries(own), [], Cancel);
        return (report.Lines, report.Faults.Count);
    }

    private static async Task DoAsync(OwnDatabase own, string sql)
    {
        await using var connection = await own.Source.OpenConnectionAsync(Cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
