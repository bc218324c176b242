using System.Text;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Files;
using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Core.Tests.Stores;

public sealed class FileStoreTests : IDisposable
{
    private static readonly CrashId Id = CrashId.Parse("0bba929f-8721-460c-dead-a43c22150331");
    private readonly string root = Directory.CreateTempSubdirectory("dashboard-test-files-").FullName;
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2015, 3, 31, 7, 8, 9, TimeSpan.Zero));

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData(FileLayout.RadixTree, "20150331/name/0b/ba/0bba929f-8721-460c-dead-a43c22150331/0bba929f-8721-460c-dead-a43c22150331.json")]
    [InlineData(FileLayout.Legacy, "20150331/name/0b/ba/0bba929f-8721-460c-dead-a43c22150331.json")]
    public async Task A_crash_lies_where_the_original_put_it(FileLayout layout, string expected)
    {
        var store = Store(layout);

        await store.SaveRawCrashAsync(SampleCrashes.Raw, SampleCrashes.Dumps, Id, Now);

        Assert.Equal(SampleCrashes.Raw.ToString(), await File.ReadAllTextAsync(Path.Combine(root, expected), Now));
        Assert.True(File.Exists(Path.Combine(root, expected.Replace(".json", ".upload_file_minidump_flash1.dump", StringComparison.Ordinal))));
        Assert.True(File.Exists(Path.Combine(root, expected.Replace(".json", ".dump", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData(FileLayout.RadixTree, '0', 4)]
    [InlineData(FileLayout.Today, '0', 0)]
    [InlineData(FileLayout.RadixTree, '1', 1)]
    [InlineData(FileLayout.Today, 'a', 4)]
    public void The_digit_before_the_day_says_how_deep(FileLayout layout, char digit, int levels)
    {
        var tree = new FileTree(root, layout);

        var below = Path.GetRelativePath(tree.NameFolder("20150331"), tree.CrashFolder(CrashId.Parse($"0bba929f-8721-460c-dead-a43c2{digit}150331")));

        Assert.Equal(levels + 1, below.Split('/').Length);
    }

    [Theory]
    [InlineData(FileLayout.RadixTree)]
    [InlineData(FileLayout.Legacy)]
    [InlineData(FileLayout.Today)]
    public async Task What_was_saved_is_read_back_and_what_was_removed_is_not_there(FileLayout layout)
    {
        var store = Store(layout);
        await store.SaveRawAndProcessedAsync(SampleCrashes.Raw, SampleCrashes.Dumps, SampleCrashes.Processed(Id), Id, Now);

        Assert.Equal(SampleCrashes.Raw.ToString(), (await store.GetRawCrashAsync(Id, Now)).ToString());
        Assert.Equal("MDMP of flash", Text(await (await store.GetRawDumpAsync(Id, "upload_file_minidump_flash1", Now)).BytesAsync(Now)));
        Assert.Equal(["dump", "upload_file_minidump_flash1"], (await store.GetRawDumpsAsync(Id, Now)).Keys);
        Assert.Equal("who@example.org", (await store.GetUnredactedProcessedAsync(Id, Now)).Text("email"));
        Assert.Null((await store.GetProcessedAsync(Id, Redactor.Default, Now)).Text("email"));
        Assert.Equal(["dump dump", "dump upload_file_minidump_flash1", "names of dumps", "raw crash", "processed crash"], (await store.CatalogAsync(Id, Now)).Entries.Select(one => one.Item.ToString()));

        await store.RemoveAsync(Id, Now);
        await Assert.ThrowsAsync<CrashNotFoundException>(async () => await store.GetRawCrashAsync(Id, Now));
        await Assert.ThrowsAsync<CrashNotFoundException>(async () => await store.GetRawDumpsAsync(Id, Now));
        await Assert.ThrowsAsync<CrashNotFoundException>(async () => await store.RemoveAsync(Id, Now));
    }

    [Fact]
    public async Task Saving_again_replaces_all_dumps_and_saving_without_dumps_in_hand_none()
    {
        var store = Store();
        await store.SaveRawCrashAsync(SampleCrashes.Raw, SampleCrashes.Dumps, Id, Now);

        await store.SaveRawAndProcessedAsync(RawCrash.Parse("""{"Version":"37"}"""), null, SampleCrashes.Processed(Id), Id, Now);
        Assert.Equal(2, (await store.GetRawDumpsAsync(Id, Now)).Count);
        Assert.Equal("37", (await store.GetRawCrashAsync(Id, Now)).Text("Version"));

        await store.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, Id, Now);
        Assert.Empty(await store.GetRawDumpsAsync(Id, Now));
    }

    [Fact]
    public async Task A_save_that_ends_in_the_middle_leaves_no_crash_to_see_and_no_half_file()
    {
        var store = Store();
        var vanishing = Path.Combine(root, "vanishing");
        await File.WriteAllTextAsync(vanishing, "dump", Now);
        var dumps = new Dumps([KeyValuePair.Create("a", Dump.Of("whole"u8.ToArray())), KeyValuePair.Create("b", Dump.OfFile(vanishing))]);
        File.Delete(vanishing);

        await Assert.ThrowsAsync<FileNotFoundException>(async () => await store.SaveRawCrashAsync(SampleCrashes.Raw, dumps, Id, Now));

        await Assert.ThrowsAsync<CrashNotFoundException>(async () => await store.GetRawCrashAsync(Id, Now));
        Assert.DoesNotContain(Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories), file => Path.GetFileName(file).StartsWith('.'));
    }

    [Fact]
    public async Task A_tree_that_is_not_there_is_no_missing_crash()
    {
        var store = new FileStore("storage0", new FileTree(Path.Combine(root, "not-mounted")), StoreContext.Silent);

        await Assert.ThrowsAsync<StoreMisconfiguredException>(async () => await store.GetRawCrashAsync(Id, Now));
        await Assert.ThrowsAsync<StoreMisconfiguredException>(async () => await store.CatalogAsync(Id, Now));
    }

    [Fact]
    public async Task Of_many_who_create_the_same_thing_at_once_one_wins_and_nothing_is_overwritten()
    {
        var store = Store();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(
            async () => (Writer: writer, Outcome: await store.CreateItemAsync(Id, CrashItem.Raw, Encoding.UTF8.GetBytes($$"""{"by":"{{writer}}"}"""), Now)), Now)));

        var winner = Assert.Single(outcomes, one => one.Outcome == CreateOutcome.Created).Writer;
        Assert.All(outcomes.Where(one => one.Writer != winner), one => Assert.Equal(CreateOutcome.Differs, one.Outcome));
        Assert.Equal($"{winner}", (await store.GetRawCrashAsync(Id, Now)).Text("by"));
        Assert.Equal(CreateOutcome.Same, await store.CreateItemAsync(Id, CrashItem.Raw, Encoding.UTF8.GetBytes($$"""{"by":"{{winner}}"}"""), Now));
    }

    [Theory]
    [InlineData(FileLayout.RadixTree)]
    [InlineData(FileLayout.Legacy)]
    [InlineData(FileLayout.Today)]
    public async Task A_day_is_listed_in_the_order_of_ids_whatever_their_depth_and_goes_on_behind_one(FileLayout layout)
    {
        var store = Store(layout);
        var ids = Enumerable.Range(0, 40).Select(one => CrashId.New(SampleCrashes.Day, one % 5)).ToList();
        foreach (var id in ids)
        {
            await store.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, id, Now);
        }

        await store.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, CrashId.New(SampleCrashes.Day.AddDays(1)), Now);
        var listed = new List<CrashId>();
        foreach (var salt in "0123456789abcdef")
        {
            var page = await store.EnumerateAsync(SampleCrashes.Day, salt, null, Now).Select(one => one.Id).ToListAsync(Now);
            Assert.All(page, id => Assert.Equal(salt, id.Salt));
            Assert.Equal(page.Skip(1), page.Count == 0 ? [] : await store.EnumerateAsync(SampleCrashes.Day, salt, page[0], Now).Select(one => one.Id).ToListAsync(Now));
            listed.AddRange(page);
        }

        Assert.Equal(ids.Order(), listed);
    }

    [Fact]
    public async Task A_queue_hands_out_each_crash_once_until_its_time_is_over_where_the_original_forgot_it_at_once()
    {
        var store = Queue();
        await store.SaveRawCrashAsync(SampleCrashes.Raw, SampleCrashes.Dumps, Id, Now);
        Assert.True(File.Exists(Path.Combine(root, $"20150331/date/07/08_02/{Id}/{Id}.json")));

        var handed = Assert.Single(await store.NewCrashesAsync(Now).ToListAsync(Now));
        Assert.Empty(await Queue().NewCrashesAsync(Now).ToListAsync(Now));

        clock.Advance(DatedFileStore.UsualLease);
        handed = Assert.Single(await Queue().NewCrashesAsync(Now).ToListAsync(Now));
        await store.AckCrashAsync(handed, Now);

        clock.Advance(DatedFileStore.UsualLease);
        Assert.Empty(await store.NewCrashesAsync(Now).ToListAsync(Now));
        Assert.NotNull(await store.GetRawCrashAsync(Id, Now));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(root, "20150331/date/07/08_02")));
    }

    [Fact]
    public async Task Many_who_take_from_a_queue_at_once_share_it()
    {
        var store = Queue();
        var ids = Enumerable.Range(0, 60).Select(_ => CrashId.New(SampleCrashes.Day)).ToList();
        foreach (var id in ids)
        {
            await store.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, id, Now);
        }

        var taken = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () => await Queue().NewCrashesAsync(Now).Select(one => one.Id).ToListAsync(Now), Now)));

        Assert.Equal(ids.Order(), taken.SelectMany(one => one).Order());
    }

    [Fact]
    public async Task A_crash_saved_twice_waits_once_and_one_that_was_removed_not_at_all()
    {
        var store = Queue();
        var removed = CrashId.New(SampleCrashes.Day);
        await store.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, removed, Now);
        await store.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, Id, Now);
        clock.Advance(TimeSpan.FromHours(1));
        await store.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, Id, Now);
        await store.RemoveAsync(removed, Now);

        Assert.Equal(Id, Assert.Single(await store.NewCrashesAsync(Now).ToListAsync(Now)).Id);
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private FileStore Store(FileLayout layout = FileLayout.RadixTree) => new("storage0", new FileTree(root, layout), StoreContext.Silent);

    private DatedFileStore Queue() => new("storage0", new FileTree(root), StoreContext.Silent with { Clock = clock });
}
