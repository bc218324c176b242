using Dashboard.Core.Actions;
using Dashboard.Core.Backfill;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Tests.Actions;

/// <summary>What an action does to the real row is what its plan showed, cell by cell, and nothing else in the scheduler's tables moves; for both flavours.</summary>
public sealed class ActionEffectTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<Flavour, ActionKind> All()
    {
        var all = new TheoryData<Flavour, ActionKind>();
        foreach (var flavour in Enum.GetValues<Flavour>())
        {
            foreach (var kind in ActionWords.Askable)
            {
                all.Add(flavour, kind);
            }
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task What_changes_is_what_the_plan_shows_and_nothing_else(Flavour flavour, ActionKind kind)
    {
        await using var stage = await CommitStage.SetAsync(flavour: flavour);
        var table = flavour == Flavour.Socorro ? "cron_job" : "crontabber";
        var job = await ReadyAsync(stage, kind, table);
        var now = await stage.Observed.ScalarAsync<DateTime>("select now()");
        var plan = await stage.PlanAsync(kind, job, wish => wish with
        {
            Until = kind == ActionKind.Hold ? new DateTimeOffset(now).AddHours(5) : null,
            Slots = kind == ActionKind.Backfill ? new BackfillChoice(SlotWish.All, new DateTimeOffset(now).AddDays(-6), new DateTimeOffset(now)) : null,
        });
        var (before, others) = (await ImageAsync(stage, job), await OthersAsync(stage, table, job));

        Assert.Equal(ActionOutcome.Done, (await stage.CommitAsync(plan)).Outcome);

        var after = await ImageAsync(stage, job);
        Assert.Equal(plan.Plan.Changes, RowImage.Between(before, after));
        Assert.Equal(kind is ActionKind.Reset or ActionKind.Prune, after is null);
        Assert.Equal(kind is ActionKind.Acknowledge, plan.Plan.Changes.Count == 0);
        Assert.Equal(kind is ActionKind.Acknowledge, before!.Version == after?.Version);
        Assert.Equal(others, await OthersAsync(stage, table, job));
    }

    // The state in which the action makes sense; the job it is done with.
    private static async Task<string> ReadyAsync(CommitStage stage, ActionKind kind, string table)
    {
        switch (kind)
        {
            case ActionKind.Backfill:
                return "back";
            case ActionKind.ClearLock:
                await stage.Observed.ExecuteAsync($"update {table} set ongoing = now() - interval '3 hours' where app_name = 'slow'");
                return "slow";
            case ActionKind.Prune:
                await stage.Observed.ExecuteAsync($"insert into {table} (app_name, error_count) values ('ghost', 0)");
                return "ghost";
            case ActionKind.Release:
                await stage.CommitAsync(await stage.PlanAsync(ActionKind.Hold, more: wish => wish with { Until = TimeProvider.System.GetUtcNow().AddHours(9) }));
                return "slow";
            default:
                return "slow";
        }
    }

    private static async Task<RowImage?> ImageAsync(CommitStage stage, string job)
    {
        await using var connection = await stage.Observed.Source.Database.OpenConnectionAsync(Token);
        return (await RowQueries.ReadAsync(connection, stage.Observed.Source.Capabilities.State, job, Token)).Image;
    }

    // Every other row with its version, and the log.
    private static async Task<string> OthersAsync(CommitStage stage, string table, string job) => await stage.Observed.ScalarAsync<string>(
        $"select coalesce((select string_agg(t.xmin::text || t::text, '|' order by app_name) from {table} t where app_name <> '{job}'), '') || (select count(*) from {(table == "cron_job" ? "cron_log" : "crontabber_log")})");
}
