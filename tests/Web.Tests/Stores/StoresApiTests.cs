using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.CutOver;
using Dashboard.Core.Stores.DualWrites;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Stores.Trees;
using Dashboard.Kit;
using Dashboard.Web.Stores;
using Dashboard.Web.Tests.Security;

namespace Dashboard.Web.Tests.Stores;

/// <summary>What other programs are told of crash stores is what the page shows.</summary>
public sealed class StoresApiTests(SharedDashboard shared)
{
    private const string New = "s3 crashes@ceph:7480";

    private static readonly StoreWaiting Waiting = new(2, SampleJobs.Now.AddMinutes(-4), 4, SampleJobs.Now.AddSeconds(30), "migrate-store", null, "AmazonS3Exception: Reduce your rate.");

    private static readonly StoresSnapshot Snapshot = new()
    {
        Copies = [Copy(8, working: 4), Copy(7, working: 0)],
        Speeds = [new CopySpeed(8, 310.25, 12_400_000, 1_350) { Left = (TimeSpan.FromMinutes(20.5), TimeSpan.FromMinutes(35)) }],
        Waits = new Dictionary<string, StoreWaiting> { [New] = Waiting, ["another"] = Waiting with { Count = 9 } },
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void A_copy_tells_how_fast_it_moves_how_long_the_rest_takes_and_what_it_waits_for()
    {
        var copies = StoresWire.Of(Snapshot).Copies;

        Assert.Equal(new CopySpeedWire(310.25, 12_400_000, 1_350, 1_230, 2_100), copies[0].Speed);
        var held = Assert.Single(copies[0].HeldBackBy);
        Assert.Equal((New, 2, 4, "AmazonS3Exception: Reduce your rate."), (held.Resource, held.Waiting.Count, held.Waiting.Attempts, held.Waiting.Error));

        // Nobody works on it: it has no speed, and nothing holds it back.
        Assert.Null(copies[1].Speed);
        Assert.Empty(copies[1].HeldBackBy);
    }

    [Fact]
    public void Of_a_copy_that_just_began_the_speed_is_told_and_not_how_long_the_rest_takes() =>
        Assert.Equal(new CopySpeedWire(2, 10, 2, null, null), StoresWire.Of(Snapshot with { Speeds = [new CopySpeed(8, 2, 10, 2)] }).Copies[0].Speed);

    [Fact]
    public void A_configured_store_tells_what_waits_for_it_and_a_store_that_saves_did_not_reach_in_which_hours()
    {
        int[] hours = [.. new int[20], 3, 0, 40, 0];
        var wire = MovesWire.Of(
            new MovesSnapshot
            {
                Tree = [new StoreNode("destination", "PolyStore", null, [new("destination:storage0", "FileStore", "files /srv/crashes", []), new("destination:storage1", "S3Store", New, [])])],
                Partial = [new PartialSaveCount(New, 2, 40, 1, SampleJobs.Now.AddMinutes(-3), SampleJobs.Now, "away") { Hours = hours }],
            },
            Snapshot);

        Assert.Equal([null, null, 2], wire.Tree[0].Parts.Prepend(wire.Tree[0]).Select(node => node.Waiting?.Count));
        Assert.Equal(hours, Assert.Single(wire.Partial).Hours);
    }

    [Fact]
    public async Task Both_are_served()
    {
        var stores = await shared.Running.Client.GetFromJsonAsync<JsonElement>("/api/v1/stores", Stop);
        var moves = await shared.Running.Client.GetFromJsonAsync<JsonElement>("/api/v1/stores/moves", Stop);

        Assert.Equal((JsonValueKind.Array, JsonValueKind.Array), (stores.GetProperty("copies").ValueKind, moves.GetProperty("tree").ValueKind));
    }

    private static CopyProgress Copy(long id, int working) => new(
        id, new CopyPlan("files:/srv/crashes", "s3:http://crashes@ceph:7480/crashes", new DateOnly(2014, 8, 1), new DateOnly(2014, 9, 1)), 512, 500, new DateOnly(2014, 8, 1), 1_200, 4_800, 3, 5_600_000, 0, 0, 0,
        SampleJobs.Now.AddHours(-2), SampleJobs.Now.AddSeconds(-9), working);
}
