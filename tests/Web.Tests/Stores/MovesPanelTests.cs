using Bunit;
using Dashboard.Core.Stores.CutOver;
using Dashboard.Core.Stores.DualWrites;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Stores.Trees;
using Dashboard.Kit;
using Dashboard.Web.Stores;
using Dashboard.Web.Tests.Layout;

namespace Dashboard.Web.Tests.Stores;

public sealed class MovesPanelTests : PageTest
{
    private static readonly StoreNode Tree = new("destination", "PolyStore", null, [
        new("destination:storage0", "FileStore", "files /srv/crashes", []), new("destination:storage1", "S3Store", "s3 crashes@ceph:7480", [])]);

    private static readonly Move Move = new(
        "files /srv/crashes",
        "s3 crashes@ceph:7480",
        [
            new("both", "Each crash has been saved into both stores for 7 days", CutOverState.Ready, "For 9 days.", SampleJobs.Now.AddDays(-9)),
            new("parity", "Both were listed", CutOverState.Stale, "4,000 the same.", SampleJobs.Now.AddDays(-2)),
            new("drill", "Faults were rehearsed", CutOverState.Unsaid, "Nobody has said so.", null),
        ],
        new Silence("files /srv/crashes", null, null, TimeSpan.Zero, false, "It is in use by node/1."));

    [Fact]
    public void Where_nothing_is_configured_and_nothing_moves_there_is_nothing() => Assert.Empty(On<MovesPanel>().FindAll("section"));

    [Fact]
    public void The_configured_stores_are_a_tree()
    {
        Moves.Publish(new MovesSnapshot { Tree = [Tree], Generation = 3 });
        var panel = On<MovesPanel>();

        Assert.Equal("Configured stores", panel.Find("h2").TextContent);
        Assert.Equal(["destination PolyStore", "destination:storage0 FileStore files /srv/crashes", "destination:storage1 S3Store s3 crashes@ceph:7480"], panel.FindAll("li.branch > p").Select(one => string.Join(' ', one.TextContent.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))));
        Assert.Equal("Exchanged 2 times since the start.", panel.Find(".below").TextContent.Trim());
    }

    [Fact]
    public void What_was_asked_of_each_level_of_the_tree_opens_below_it()
    {
        Moves.Publish(new MovesSnapshot { Tree = [Tree] });
        var panel = On<MovesPanel>(parameters => parameters.Add(each => each.Asked, new Dictionary<string, IReadOnlyList<OperationSum>>
        {
            ["destination"] = [new(StoreOperation.SaveRaw, 40, 0, 2, TimeSpan.FromMilliseconds(12), TimeSpan.FromMilliseconds(80))],
            ["s3 crashes@ceph:7480"] = [new(StoreOperation.SaveRaw, 41, 0, 0, TimeSpan.FromMilliseconds(9), TimeSpan.FromMilliseconds(40)), new(StoreOperation.Catalog, 1, 0, 0, null, null)],
        }));

        Assert.Equal(["42 operations in the last hour, 2 failed", "42 operations in the last hour, none failed"], panel.FindAll(".branch > details summary").Select(one => one.TextContent));
        Assert.Equal("Operations on destination:storage1", panel.FindAll(".branch > details [role=region]")[1].GetAttribute("aria-label"));
    }

    [Fact]
    public void What_reached_one_store_only_is_counted_with_its_reason()
    {
        Moves.Publish(new MovesSnapshot { Partial = [new PartialSaveCount("s3 crashes@ceph:7480", 2, 40, 1, SampleJobs.Now.AddMinutes(-3), SampleJobs.Now, "Not done within 3 s.") { Hours = [.. new int[20], 3, 0, 40, 0] }], Unwritten = 5 });
        var row = On<MovesPanel>();

        Assert.Contains("2 to be repaired, 40 repaired, 1 with something else in their place.", row.Find("li.partial").TextContent, StringComparison.Ordinal);
        Assert.Equal("Not done within 3 s.", row.Find(".why").TextContent);
        Assert.Contains("5 wait in memory to be written down.", row.Markup, StringComparison.Ordinal);
        Assert.Equal("In the last 24 hours 43 saves did not reach it, within 2 hours of them.", row.Find(".strip").TextContent);
        Assert.Equal([20, 22], row.FindAll(".strip i").Select((hour, place) => (hour, place)).Where(one => one.hour.ClassName == "bad").Select(one => one.place));
    }

    [Fact]
    public void What_waits_for_a_configured_store_stands_below_it()
    {
        Moves.Publish(new MovesSnapshot { Tree = [Tree] });
        var panel = On<MovesPanel>(parameters => parameters.Add(each => each.Waits, new Dictionary<string, StoreWaiting> { ["s3 crashes@ceph:7480"] = new(2, SampleJobs.Now.AddMinutes(-3), 5, null, "dashboard", null, "IOException: away") }));

        Assert.StartsWith("2 operations wait for it, the oldest of dashboard: failed 5 times, a try is under way. First failed", Assert.Single(panel.FindAll(".branch .why")).TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void The_checklist_says_each_line_in_words_with_its_evidence()
    {
        Moves.Publish(new MovesSnapshot { Moves = [Move] });
        var panel = On<MovesPanel>();

        Assert.Contains("1 of 3 lines are ready.", panel.Find(".move").TextContent, StringComparison.Ordinal);
        Assert.Equal(["ready", "too old", "nobody has said so"], panel.FindAll(".lines .state").Select(state => state.TextContent));
        Assert.StartsWith("For 9 days.", panel.FindAll(".evidence")[0].TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_that_was_left_has_its_silence_in_the_first_place()
    {
        Moves.Publish(new MovesSnapshot { Moves = [Move with { Silence = new Silence(Move.Old, SampleJobs.Now.AddHours(-2), SampleJobs.Now.AddHours(-3), TimeSpan.FromHours(2), false, "Silence for 2 hours of 24 hours: its last call was 3 hours ago.") }] });
        var panel = On<MovesPanel>();

        Assert.Contains("The old store was left; it must be quiet for a while yet.", panel.Markup, StringComparison.Ordinal);
        Assert.Contains("Silence for 2 hours of 24 hours: its last call was 3 hours ago.", panel.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void When_the_own_records_are_away_it_says_since_when()
    {
        Moves.Publish(new MovesSnapshot { Tree = [Tree], StaleSince = SampleJobs.Now });

        Assert.Contains("have not answered since", On<MovesPanel>().Find(".stale").TextContent, StringComparison.Ordinal);
    }
}
