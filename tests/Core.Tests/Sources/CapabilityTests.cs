using Dashboard.Core.Sources;
using Dashboard.Kit;
using static Dashboard.Core.Tests.Sources.SourceWatchTests;

namespace Dashboard.Core.Tests.Sources;

/// <summary>What is found in databases that are not as crontabber left them.</summary>
public sealed class CapabilityTests
{
    [Theory]
    [InlineData("crontabber-incident", Flavour.Crontabber, "crontabber_log")]
    [InlineData("socorro-cron-incident", Flavour.Socorro, "cron_log")]
    public async Task Both_flavours_are_told_by_their_columns_even_when_moved_to_another_schema(string fixture, Flavour flavour, string log)
    {
        var database = await (await TestPostgres.SharedAsync()).NewDatabaseAsync(fixture);
        await ExecuteAsync(database, $"create schema ops; alter table {(flavour == Flavour.Socorro ? "cron_job" : "crontabber")} set schema ops; alter table {log} set schema ops");
        await using var bench = await WatchBench.LiveAsync(database);
        var found = bench.Status.Capabilities!;
        Assert.Equal((flavour, "ops", log), (found.Flavour, found.State.Schema, found.Log?.Name));
        Assert.Empty(found.Notices);
        Assert.Equal(flavour == Flavour.Socorro, found.LogIndexedById);
    }

    [Theory]
    [InlineData("alter table crontabber drop column ongoing", "public.crontabber is of an older crontabber without the column ongoing: running jobs and stuck locks cannot be seen.")]
    [InlineData("drop table crontabber_log", "There is no crontabber_log beside public.crontabber, so runs cannot be shown.")]
    [InlineData("alter table crontabber rename to kept; create view crontabber as select * from kept", "public.crontabber is a view.")]
    [InlineData("alter table crontabber rename to kept; create materialized view crontabber as select * from kept", "public.crontabber is a materialised view, as old as its last refresh.")]
    [InlineData("create schema copy; create table copy.crontabber as select * from crontabber", "public.crontabber is shown, the one with a log beside it; there is also copy.crontabber. Configure Schema to choose.")]
    public async Task Each_oddity_is_one_sentence_and_the_rest_is_live(string sql, string notice)
    {
        var database = await CaptureTests.NewDatabaseAsync();
        await ExecuteAsync(database, sql);
        await using var bench = await WatchBench.LiveAsync(database);
        Assert.Equal([notice], bench.Status.Capabilities!.Notices);
        await bench.SettleAsync();
    }

    [Theory]
    [InlineData("grant select on crontabber to {0}", "This role may not read public.crontabber_log, so runs cannot be shown: grant select on public.crontabber_log to {0}.")]
    [InlineData("grant select (app_name, next_run) on crontabber to {0}; grant select on crontabber_log to {0}", "This role may not read first_run, last_run, last_success, ongoing, error_count, depends_on, last_error of public.crontabber: what they say is not shown.")]
    [InlineData("grant select on crontabber, crontabber_log to {0}; alter table crontabber enable row level security", "Row level security is on for public.crontabber: rows this role may not see are missing here.")]
    public async Task Missing_rights_are_named_and_what_may_be_read_is_watched(string grants, string notice)
    {
        var database = await CaptureTests.NewDatabaseAsync();
        const string role = "reader_rights";
        await InstallTests.RoleAsync(database, role, string.Format(System.Globalization.CultureInfo.InvariantCulture, grants, role));
        await using var bench = await WatchBench.LiveAsync($"{database};Username={role}");
        Assert.Equal([string.Format(System.Globalization.CultureInfo.InvariantCulture, notice, role)], bench.Status.Capabilities!.Notices);
        await bench.SettleAsync();
        var before = bench.Newest;

        await ExecuteAsync(database, "alter table crontabber disable row level security; update crontabber set next_run = now() + interval '3 days' where app_name = (select min(app_name) from crontabber)");

        await bench.ReadingAsync(before, SourceChange.Jobs);
    }

    [Fact]
    public async Task A_role_without_any_right_is_told_which_grant_it_needs_and_is_live_after_it()
    {
        var database = await CaptureTests.NewDatabaseAsync();
        await InstallTests.RoleAsync(database, "reader_none", "select 1");
        await using var bench = await WatchBench.StartAsync(database + ";Username=reader_none");
        var refused = await bench.UntilAsync(status => status.State == SourceState.Unreachable);
        Assert.Equal("This role may not read public.crontabber: grant select on public.crontabber to reader_none.", refused.Trouble);

        await ExecuteAsync(database, "grant select on crontabber, crontabber_log to reader_none");

        await bench.UntilAsync(status => status.State == SourceState.Live);
    }
}
