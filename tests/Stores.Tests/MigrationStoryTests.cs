using Dashboard.Kit;
using Dashboard.Kit.Stores;

namespace Dashboard.Stores.Tests;

/// <summary>The move the crash stores were made for, with everything that may go wrong in the middle: from files into a Ceph and from there into another, and from a double of HBase into a Ceph.</summary>
[Collection("one after the other")]
public sealed class MigrationStoryTests(RealStores real, ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-test-story-");

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task From_files_into_a_ceph_and_on_into_another_nothing_is_lost_whatever_dies_in_the_middle()
    {
        var (one, two) = (await real.CephAsync(), await real.OtherCephAsync());
        await using var front = await FaultyGateway.StartAsync(two.Endpoint);
        var files = new StoryFiles(Path.Combine(folder.FullName, "old"));
        var a = new StoryBucket(await real.NewBucketAsync(one), one.Folder);
        var b = new StoryBucket(await real.NewBucketAsync(two) with { Endpoint = front.Endpoint }, two.Folder, front);
        await using var dashboard = await DashboardAsync();
        await using var story = new MigrationStory(dashboard, output.WriteLine, Now);

        await story.BeginAsync(files, FreePorts.Take());
        await story.MoveAsync(files, a, new MoveFaults(Kills: 20));
        await story.MoveAsync(a, b, new MoveFaults(Kills: 2, async (from, to) => await Rclone.DifferencesAsync(((StoryBucket)from).Options, ((StoryBucket)to).Options, story.ClosedDays, Now)));
        await story.EndAsync(b);

        Assert.True(story.All.Count > 200);
        Assert.NotEqual(0, story.Partial);
        Assert.Equal(12, story.Found);
    }

    [Fact]
    public async Task From_a_double_of_hbase_into_a_ceph_nothing_is_lost_either()
    {
        var ceph = await real.CephAsync();
        await using var hbase = new HBaseRestDouble();
        var (old, bucket) = (new StoryHBase(hbase), new StoryBucket(await real.NewBucketAsync(ceph), ceph.Folder));
        await using var dashboard = await DashboardAsync();
        await using var story = new MigrationStory(dashboard, output.WriteLine, Now);

        await story.BeginAsync(old, FreePorts.Take());
        await story.MoveAsync(old, bucket, new MoveFaults(Kills: 3));
        await story.EndAsync(bucket);

        Assert.True(story.All.Count > 200);
        Assert.NotEqual(0, story.Partial);
        Assert.Equal(6, story.Found);
    }

    private async Task<StoryDashboard> DashboardAsync()
    {
        var postgres = await TestPostgres.SharedAsync();
        return new StoryDashboard(Path.Combine(AppContext.BaseDirectory, "Dashboard.Web.dll"), folder.FullName, await postgres.NewDatabaseAsync(), await postgres.NewDatabaseAsync("crontabber-healthy")) { Stop = Now };
    }
}
