using Dashboard.Core.Access;
using Dashboard.Core.Ledger;
using Dashboard.Core.Notifications;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Kit;
using Npgsql;

namespace Dashboard.Core.Tests.Notifications;

/// <summary>From what is said to what a receiver gets, through a real database: nothing lost, nothing twice.</summary>
public sealed class DeliveryTests
{
    private static readonly Actor Alice = new("alice", Role.Operator, ActorVia.Terminal, null);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<ChannelKind> Kinds => [.. Enum.GetValues<ChannelKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_channel_hears_of_the_beginning_of_more_and_of_the_end_in_this_order(ChannelKind kind)
    {
        await using var receiver = Receiver.Start();
        await using var node = await NotifyingNode.StartAsync(await NewDatabaseAsync(), NotifyingNode.Channel(0, "oncall", kind, receiver.Url));
        node.Say(SampleVerdicts.Of("a", VerdictState.Page), SampleVerdicts.Of("b", VerdictState.Healing));
        await SentAsync(node, 1);
        node.Say(SampleVerdicts.Of("a", VerdictState.Page) with { Blocks = ["c"] }, SampleVerdicts.Of("b", VerdictState.Ok));
        await node.UntilAsync(ledger => ledger.Incidents.Any(entry => entry.Incident is { Job: "a", Waiting.Count: 1 } && entry.Sent.All(sent => sent.State == "sent")));
        node.Say(SampleVerdicts.Of("a", VerdictState.Ok), SampleVerdicts.Of("b", VerdictState.Ok));
        var ledger = await node.UntilAsync(ledger => ledger.Incidents.Any(entry => entry.Incident.Job == "a" && entry.Sent.Any(sent => sent is { Action: NoticeAction.Resolve, State: "sent" })));

        Assert.Equal(
            kind == ChannelKind.Slack ? [NoticeAction.Trigger, NoticeAction.Resolve] : [NoticeAction.Trigger, NoticeAction.Update, NoticeAction.Resolve],
            ledger.Incidents.Single(entry => entry.Incident.Job == "a").Sent.Select(sent => sent.Action));
        Assert.Empty(ledger.Incidents.Single(entry => entry.Incident.Job == "b").Sent);
        Assert.Equal(kind == ChannelKind.Slack ? 2 : 3, receiver.Got.Count);
    }

    [Fact]
    public async Task A_receiver_that_is_away_gets_it_when_it_is_back_and_a_slow_one_keeps_no_other_waiting()
    {
        var port = FreePorts.Take();
        await using var well = Receiver.Start();
        await using var slow = Receiver.Start();
        var release = new TaskCompletionSource();
        slow.Before = _ => release.Task;
        await using var node = await NotifyingNode.StartAsync(
            await NewDatabaseAsync(),
            [.. NotifyingNode.Channel(0, "away", ChannelKind.Webhook, new Uri($"http://127.0.0.1:{port}/")), .. NotifyingNode.Channel(1, "slow", ChannelKind.Webhook, slow.Url), .. NotifyingNode.Channel(2, "well", ChannelKind.Webhook, well.Url)]);
        node.Say(SampleVerdicts.Of("a", VerdictState.Page));
        await well.UntilAsync(got => got.Count == 1);
        await node.UntilAsync(ledger => ledger.Incidents.Any(entry => entry.Sent.Any(sent => sent is { Channel: "away", State: "waiting", Trouble: not null })));

        await using var back = Receiver.Start(port);
        await SoonerAsync(node);
        release.SetResult();
        await SentAsync(node, 3);
        Assert.Single(back.Got);
        Assert.Single(slow.Got.Select(got => got.Headers["Idempotency-Key"]).Distinct());
        Assert.Single(well.Got);
    }

    [Fact]
    public async Task Who_asks_for_a_pause_gets_it_and_who_refuses_is_not_asked_again()
    {
        await using var busy = Receiver.Start();
        busy.Answer = (before, _) => before == 0 ? (429, "1") : (202, null);
        await using var strict = Receiver.Start();
        strict.Answer = (_, _) => (400, null);
        await using var node = await NotifyingNode.StartAsync(
            await NewDatabaseAsync(), [.. NotifyingNode.Channel(0, "busy", ChannelKind.PagerDuty, busy.Url), .. NotifyingNode.Channel(1, "strict", ChannelKind.Webhook, strict.Url)]);
        node.Say(SampleVerdicts.Of("a", VerdictState.Page));
        var ledger = await node.UntilAsync(ledger => ledger.Incidents is [{ Sent: [_, _] sent }] && sent.All(each => each.State is not "waiting"));

        Assert.Equal(["busy sent ", "strict refused HTTP 400 BadRequest"], ledger.Incidents[0].Sent.Select(sent => $"{sent.Channel} {sent.State} {(sent.State == "sent" ? "" : sent.Trouble)}").Order());
        Assert.Equal(2, busy.Got.Count);
        Assert.Single(busy.Got.Select(got => got.Json.GetProperty("dedup_key").GetString()).Distinct());
        Assert.Single(strict.Got);
    }

    [Fact]
    public async Task A_receiver_that_fails_is_tried_again_under_the_same_name_and_counted_once()
    {
        await using var receiver = Receiver.Start();
        receiver.Answer = (before, _) => before switch { 0 => (503, null), 1 => (502, null), _ => (200, null) };
        await using var node = await NotifyingNode.StartAsync(await NewDatabaseAsync(), NotifyingNode.Channel(0, "hook", ChannelKind.Webhook, receiver.Url));
        node.Say(SampleVerdicts.Of("a", VerdictState.Page));
        await node.UntilAsync(ledger => ledger.Incidents is [{ Sent: [{ Trouble: not null } or { State: "sent" }] }]);
        await SoonerAsync(node);
        await SentAsync(node, 1);

        Assert.InRange(receiver.Got.Count, 3, 10);
        Assert.Single(receiver.Got.Select(got => got.Headers["Idempotency-Key"]).Distinct());
    }

    [Fact]
    public async Task Two_nodes_send_one_page_and_when_one_is_gone_the_other_goes_on_without_paging_again()
    {
        await using var receiver = Receiver.Start();
        var database = await NewDatabaseAsync();
        var channel = NotifyingNode.Channel(0, "hook", ChannelKind.Webhook, receiver.Url);
        var first = await NotifyingNode.StartAsync(database, channel);
        await using var second = await NotifyingNode.StartAsync(database, channel);
        Verdict[] bad = [SampleVerdicts.Of("a", VerdictState.Page)];
        first.Say(bad);
        second.Say(bad);
        await SentAsync(second, 1);
        await first.DisposeAsync();

        second.Say(SampleVerdicts.Of("a", VerdictState.Ok));
        await receiver.UntilAsync(got => got.Any(each => each.Json.GetProperty("action").GetString() == "resolve"));
        Assert.Equal(["trigger", "resolve"], receiver.Got.Select(got => got.Json.GetProperty("action").GetString()));
        Assert.Single(receiver.Got.Select(got => got.Json.GetProperty("key").GetString()).Distinct());
    }

    [Fact]
    public async Task What_somebody_took_up_and_never_marked_is_sent_again_under_the_same_name()
    {
        await using var receiver = Receiver.Start();
        await using var second = await AfterOneThatStoppedUnansweredAsync(receiver, NotifyingNode.Channel(0, "hook", ChannelKind.Webhook, receiver.Url));

        Assert.InRange(receiver.Got.Count, 2, 6);
        Assert.Single(receiver.Got.Select(got => got.Headers["Idempotency-Key"]).Distinct());
    }

    [Fact]
    public async Task A_channel_that_cannot_know_a_message_again_is_told_that_it_may_have_it_already()
    {
        await using var receiver = Receiver.Start();
        await using var second = await AfterOneThatStoppedUnansweredAsync(receiver, NotifyingNode.Channel(0, "chat", ChannelKind.Slack, receiver.Url));

        Assert.Equal(Perhaps(Text(receiver, 0)), Text(receiver, ^1));
    }

    [Fact]
    public async Task A_node_that_stops_in_its_second_attempt_after_a_first_one_was_refused_leaves_word_that_it_may_be_there_already()
    {
        await using var receiver = Receiver.Start();
        receiver.Answer = (before, _) => before == 0 ? (429, "1") : (200, null);
        await using var second = await AfterOneThatStoppedUnansweredAsync(receiver, NotifyingNode.Channel(0, "chat", ChannelKind.Slack, receiver.Url), attempt: 1);
        var texts = receiver.Got.Select((_, i) => Text(receiver, i)).ToArray();

        // The first was refused, the second nobody knows of; whatever came after them says so.
        Assert.True(texts.Length >= 3, $"{texts.Length}");
        Assert.Equal([texts[0], .. Enumerable.Repeat(Perhaps(texts[0]), texts.Length - 2)], texts.Skip(1));
    }

    [Fact]
    public async Task A_node_that_stops_between_two_attempts_leaves_one_message_to_send_and_no_doubt()
    {
        await using var receiver = Receiver.Start();
        receiver.Answer = (before, _) => before == 0 ? (429, "600") : (200, null);
        var database = await NewDatabaseAsync();
        var channel = NotifyingNode.Channel(0, "chat", ChannelKind.Slack, receiver.Url);
        await using (var first = await NotifyingNode.StartAsync(database, channel))
        {
            first.Say(SampleVerdicts.Of("a", VerdictState.Page));
            await first.UntilAsync(ledger => ledger.Incidents is [{ Sent: [{ State: "waiting", Trouble: not null }] }]);
        }

        await using var second = await NotifyingNode.StartAsync(database, channel);
        second.Say(SampleVerdicts.Of("a", VerdictState.Page));
        await SoonerAsync(second);
        await SentAsync(second, 1);

        Assert.Equal(2, receiver.Got.Count);
        Assert.Equal(Text(receiver, 0), Text(receiver, 1));
    }

    [Fact]
    public async Task What_a_gateway_got_no_answer_to_may_be_there_already_however_plainly_a_later_attempt_was_refused()
    {
        await using var receiver = Receiver.Start();
        var isBusy = true;
        receiver.Answer = (before, _) => before == 0 ? (504, null) : Volatile.Read(ref isBusy) ? (429, "600") : (200, null);
        await using var node = await NotifyingNode.StartAsync(await NewDatabaseAsync(), NotifyingNode.Channel(0, "chat", ChannelKind.Slack, receiver.Url));
        node.Say(SampleVerdicts.Of("a", VerdictState.Page));
        await node.UntilAsync(ledger => ledger.Incidents is [{ Sent: [{ State: "waiting", Trouble: "HTTP 429 TooManyRequests" }] }]);
        Volatile.Write(ref isBusy, false);
        await SoonerAsync(node);
        await SentAsync(node, 1);

        Assert.True(receiver.Got.Count >= 3, $"{receiver.Got.Count}");
        Assert.All(receiver.Got.Skip(1).Select((_, i) => Text(receiver, i + 1)), text => Assert.Equal(Perhaps(Text(receiver, 0)), text));
    }

    [Fact]
    public async Task What_never_found_its_receiver_cannot_be_there_already()
    {
        var port = FreePorts.Take();
        await using var node = await NotifyingNode.StartAsync(await NewDatabaseAsync(), NotifyingNode.Channel(0, "chat", ChannelKind.Slack, new Uri($"http://127.0.0.1:{port}/")));
        node.Say(SampleVerdicts.Of("a", VerdictState.Page));
        await node.UntilAsync(ledger => ledger.Incidents is [{ Sent: [{ State: "waiting", Trouble: "It is out of reach: ConnectionError." }] }]);

        await using var receiver = Receiver.Start(port);
        await SoonerAsync(node);
        await SentAsync(node, 1);
        Assert.DoesNotContain("Perhaps", Text(receiver, 0), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_says_that_they_know_is_told_to_paging_systems_and_stands_in_the_audit()
    {
        await using var receiver = Receiver.Start();
        await using var node = await NotifyingNode.StartAsync(await NewDatabaseAsync(), NotifyingNode.Channel(0, "oncall", ChannelKind.PagerDuty, receiver.Url));
        node.Say(SampleVerdicts.Of("a", VerdictState.Page));
        await SentAsync(node, 1);
        var incident = node.Newest.Incidents[0].Incident.Id;
        var refused = await node.People.AcknowledgeAsync(Alice, incident, " ", Stop);
        var viewer = await node.People.AcknowledgeAsync(Alice with { Role = Role.Viewer }, incident, "On it", Stop);
        var known = await node.People.AcknowledgeAsync(Alice, incident, "On it", Stop);
        await receiver.UntilAsync(got => got.Count == 2);

        Assert.Equal(("Say why: the reason is kept with it.", true), (refused.Because, viewer.IsDenied));
        Assert.Equal("alice knows of a.", known.Value!.Sentence);
        Assert.Equal(["trigger", "acknowledge"], receiver.Got.Select(got => got.Json.GetProperty("event_action").GetString()));
        Assert.Equal("alice|ack|On it", await ScalarAsync(node, "select actor || '|' || kind || '|' || reason from dashboard.audit"));
    }

    [Fact]
    public async Task What_is_on_hold_would_be_a_page_and_is_one_when_it_is_released()
    {
        await using var receiver = Receiver.Start();
        await using var node = await NotifyingNode.StartAsync(await NewDatabaseAsync(), NotifyingNode.Channel(0, "hook", ChannelKind.Webhook, receiver.Url));
        await ExecuteAsync(node.Own, "insert into dashboard.job_hold (action, source, app_name, until, held_by, reason) values (gen_random_uuid(), 'demo', 'a', now() + interval '1 day', 'alice', 'The disk is being moved')");
        node.Say(SampleVerdicts.Of("a", VerdictState.Page), SampleVerdicts.Of("b", VerdictState.Page));
        await node.UntilAsync(ledger => ledger.Incidents.Any(entry => entry.Incident is { Job: "a", WouldBePage: true, PagedAt: null }));
        await SentAsync(node, 1);
        Assert.Equal("b", Assert.Single(receiver.Got).Json.GetProperty("root").GetString());

        await ExecuteAsync(node.Own, "update dashboard.job_hold set ended_at = now()");
        await SentAsync(node, 2);
        Assert.Equal("a", receiver.Got[^1].Json.GetProperty("root").GetString());
    }

    [Fact]
    public async Task What_was_said_at_a_moment_is_found_again_and_before_all_that_is_kept_it_says_so()
    {
        await using var node = await NotifyingNode.StartAsync(await NewDatabaseAsync());
        node.Say(SampleVerdicts.Of("a", VerdictState.Healing));
        await node.UntilAsync(ledger => ledger.Incidents.Count == 1);
        node.Say(SampleVerdicts.Of("a", VerdictState.Page));
        await node.UntilAsync(ledger => ledger.Incidents is [{ Incident.PagedAt: not null }]);
        var events = await node.Ledger.EventsAsync("demo", "a", every: false, null, 10, Stop);
        var then = await node.Ledger.AtAsync("demo", events[1].At, Stop);
        var later = await node.Ledger.AtAsync("demo", events[0].At.AddDays(1), Stop);
        var before = await node.Ledger.AtAsync("demo", events[1].At.AddDays(-1), Stop);

        Assert.Equal([VerdictState.Page, VerdictState.Healing], events.Select(change => change.State));
        Assert.Equal((VerdictState.Healing, VerdictState.Page), (then.Said!.Find("a")!.State, later.Said!.Find("a")!.State));
        Assert.Equal("The password of a was rejected.", then.Said.Find("a")!.Cause);
        Assert.Equal("a", then.Standings["a"].Job);
        Assert.Null(before.Said);
        Assert.Equal(events[1].At, before.KeptSince);
    }

    [Fact]
    public async Task A_lease_is_held_by_one_and_taken_over_when_it_is_not_renewed()
    {
        var database = await NewDatabaseAsync();
        await using var own = new Core.Database.OwnDatabase(database);
        await own.MigrateAsync(Stop);
        using var first = new Core.Database.LeaderLease(own, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<Core.Database.LeaderLease>.Instance);
        using var second = new Core.Database.LeaderLease(own, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<Core.Database.LeaderLease>.Instance);

        Assert.Equal((true, true, false), (await first.TryAsync(Stop), await first.TryAsync(Stop), await second.TryAsync(Stop)));

        // As when its holder was killed ten seconds ago: the database's clock decides, and a node asks every three.
        await ExecuteAsync(own, "update dashboard.lease set until = until - interval '10 s'");
        Assert.Equal((true, false, 2L), (await second.TryAsync(Stop), await first.TryAsync(Stop), (long)(await ScalarAsync(own, "select term from dashboard.lease"))!));
        Assert.True(Core.Database.LeaderLease.Length + TimeSpan.FromSeconds(3) < TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task A_dead_mans_switch_is_told_only_while_everything_is_judged()
    {
        await using var receiver = Receiver.Start();
        await using var node = await NotifyingNode.StartAsync(await NewDatabaseAsync(), ("DeadMan", receiver.Url.ToString()), ("DeadManSeconds", "5"), ("Private:0", receiver.Authority));
        node.Say(SampleVerdicts.Of("a", VerdictState.Ok));
        await node.UntilLeaderAsync();
        Assert.Empty(receiver.Got);

        node.Pulse.Judged("demo", TimeProvider.System.GetUtcNow());
        Assert.Equal("GET", (await receiver.UntilAsync(got => got.Count > 0))[0].Method);
    }

    private static async Task<string> NewDatabaseAsync() => await (await TestPostgres.SharedAsync()).NewDatabaseAsync();

    private static Task<LedgerSnapshot> SentAsync(NotifyingNode node, int count) =>
        node.UntilAsync(ledger => ledger.Incidents.SelectMany(entry => entry.Sent).Count(sent => sent.State == "sent") >= count);

    // What is to be sent later is sent now: the pauses themselves are the executor's and the outbox's own.
    private static Task SoonerAsync(NotifyingNode node) => ExecuteAsync(node.Own, "update dashboard.notification set next_at = now() where state = 'waiting'");

    private static Task<object?> ScalarAsync(NotifyingNode node, string sql) => ScalarAsync(node.Own, sql);

    private static async Task<object?> ScalarAsync(Core.Database.OwnDatabase own, string sql)
    {
        await using var command = own.Source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Stop);
    }

    private static string Text(Receiver receiver, Index which) => receiver.Got[which.GetOffset(receiver.Got.Count)].Json.GetProperty("text").GetString()!;

    private static string Perhaps(string text) => "(Perhaps told before.) " + text;

    // The first had taken the message up and stopped before its first attempt, or a later one, was answered: nobody knows what came of it. The second has sent it.
    private static async Task<NotifyingNode> AfterOneThatStoppedUnansweredAsync(Receiver receiver, (string, string)[] channel, int attempt = 0)
    {
        var database = await NewDatabaseAsync();
        var hold = new TaskCompletionSource();
        receiver.Before = before => before == attempt ? hold.Task : Task.CompletedTask;
        await using (var first = await NotifyingNode.StartAsync(database, channel))
        {
            first.Say(SampleVerdicts.Of("a", VerdictState.Page));
            await receiver.UntilAsync(got => got.Count > attempt);
        }

        var second = await NotifyingNode.StartAsync(database, channel);
        second.Say(SampleVerdicts.Of("a", VerdictState.Page));
        await SoonerAsync(second);
        await SentAsync(second, 1);
        hold.SetResult();
        return second;
    }

    private static async Task ExecuteAsync(Core.Database.OwnDatabase own, string sql)
    {
        await using var command = own.Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }
}
