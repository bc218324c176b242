using Bunit;
using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.CutOver;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Stores.Parity;
using Dashboard.Core.Stores.Trees;
using Dashboard.Kit;
using Dashboard.Web.Stores;
using Dashboard.Web.Tests.Layout;

namespace Dashboard.Web.Tests.Stores;

public sealed class StoresPageTests : PageTest
{
    private static readonly StoreHealth Works = new StoreHealth("old", "files:/srv/crashes").After(new StoreProbed(SampleJobs.Now.AddSeconds(-4), [
        new(StoreProbeKind.Put, true, TimeSpan.FromMilliseconds(12), null), new(StoreProbeKind.Get, true, TimeSpan.FromMilliseconds(0.4), null), new(StoreProbeKind.List, true, TimeSpan.FromSeconds(1.25), null)]));

    private static readonly StoreHealth Fails = Works with { Name = "new", Address = "s3:http://crashes@ceph:7480/crashes" };

    private static readonly CopyProgress Copy = new(
        7, new CopyPlan("files:/srv/crashes", "s3:http://crashes@ceph:7480/crashes", new DateOnly(2014, 8, 1), new DateOnly(2014, 9, 1)), 512, 500, new DateOnly(2014, 8, 1), 1_200, 4_800, 3, 5_600_000, 2, 1, 0,
        SampleJobs.Now.AddHours(-2), SampleJobs.Now.AddSeconds(-9), 4);

    private static StoreHealth Failing => Fails.After(new StoreProbed(SampleJobs.Now.AddSeconds(-2), [new(StoreProbeKind.Put, false, TimeSpan.FromSeconds(5), "Not done within 5 s.")]));

    [Fact]
    public void When_nothing_is_watched_it_says_how_to_begin()
    {
        var page = On<StoresPage>();

        Assert.Equal("No crash store is watched.", page.Find("h1").TextContent);
        Assert.Contains("Stores__Watched__new=s3:http://KEY@ceph.example.org:7480/crashes", page.Markup, StringComparison.Ordinal);
        Assert.Contains("./run migrate-store FROM TO", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Configured_stores_that_are_not_watched_are_said_to_be_so_and_what_waits_for_them_stands_first()
    {
        StoreNode[] tree = [new("source", "DatedFileStore", "files /srv/queue", []), new("destination", "PolyStore", null, [new("destination:storage0", "FileStore", "files /srv/crashes", []), new("destination:storage1", "S3Store", "s3 crashes@ceph:7480", [])])];
        Moves.Publish(new MovesSnapshot { Tree = tree });
        var page = On<StoresPage>();

        Assert.Equal("None of the 3 configured crash stores is watched.", page.Find("h1").TextContent);
        Assert.StartsWith("What is asked of the configured stores is counted below; whether they work while nothing is asked of them nobody knows.", page.Find(".empty p").TextContent, StringComparison.Ordinal);

        Stores.Publish(new StoresSnapshot { Waits = new Dictionary<string, StoreWaiting> { ["s3 crashes@ceph:7480"] = new(2, SampleJobs.Now.AddMinutes(-3), 5, null, "dashboard", null, "IOException: away"), ["pg elsewhere"] = new(9, SampleJobs.Now.AddDays(-1), 1, null, "x", null, "") } });
        page.WaitForAssertion(() => Assert.Equal($"None of the 3 configured crash stores is watched; 2 operations wait for s3 crashes@ceph:7480 since {SampleJobs.Now.AddMinutes(-3):HH:mm:ss}Z.", page.Find("h1").TextContent));

        Moves.Publish(new MovesSnapshot { Tree = [tree[0]] });
        page.WaitForAssertion(() => Assert.Equal("The configured crash store is not watched.", page.Find("h1").TextContent));
    }

    [Fact]
    public void What_waits_for_a_store_whose_probes_go_well_is_in_the_first_sentence()
    {
        var waiting = new StoreWaiting(1, SampleJobs.Now.AddMinutes(-3), 5, null, "copies", null, "IOException: away");
        var waits = new Dictionary<string, StoreWaiting> { ["files /srv/crashes"] = waiting };

        Assert.Equal(
            $"old keeps crashes and gives them back; 1 operation waits for files /srv/crashes since {SampleJobs.Now.AddMinutes(-3):HH:mm:ss}Z.",
            StoreWords.Sentence(new StoresSnapshot { Stores = [Works with { Resource = "files /srv/crashes" }], Waits = waits }, []));

        // Of one that does not work at all that is said already.
        Assert.Equal($"new does not work since {SampleJobs.Now.AddSeconds(-2):HH:mm:ss}Z.", StoreWords.Sentence(new StoresSnapshot { Stores = [Failing with { Resource = "files /srv/crashes" }], Waits = waits }, []));
    }

    [Fact]
    public void Stores_that_work_are_one_sentence_and_what_their_probes_took()
    {
        Stores.Publish(new StoresSnapshot { Stores = [Works, Fails] });
        var page = On<StoresPage>();

        Assert.Equal("All 2 crash stores keep crashes and give them back.", page.Find("h1").TextContent);
        Assert.Equal(["put12 ms", "getunder 1 ms", "list1.3 s"], page.FindAll("li.store")[0].QuerySelectorAll(".steps div").Select(step => step.TextContent));
        Assert.Contains("The last 1 probe went well.", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_that_does_not_work_is_in_the_first_sentence_and_says_why()
    {
        Stores.Publish(new StoresSnapshot { Stores = [Works, Failing] });
        var page = On<StoresPage>();

        Assert.Equal($"new does not work since {SampleJobs.Now.AddSeconds(-2):HH:mm:ss}Z; the other store works.", page.Find("h1").TextContent);
        var row = page.FindAll("li.store")[1];
        Assert.Contains("Does not work", row.TextContent, StringComparison.Ordinal);
        Assert.Equal("Not done within 5 s.", row.QuerySelector(".why")!.TextContent);
        Assert.Contains("Of the last 2 probes 1 failed.", row.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_says_how_far_it_is_and_what_waits_for_somebody_without_a_bar()
    {
        Stores.Publish(new StoresSnapshot { Copies = [Copy] });
        var row = On<StoresPage>().Find("li.copy");

        Assert.Contains("Copying", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("500 of 512 parts done, the oldest that is not is of 2014-08-01. 1,200 crashes, 4,800 things copied (5.6 MB), 3 there already. 4 parts are being worked on.", row.TextContent, StringComparison.Ordinal);
        Assert.Equal(
            ["2 things could not be copied; the next run tries again.", "1 thing is something else in the target, and never overwritten."], row.QuerySelectorAll(".left").Select(left => left.TextContent));
        Assert.Empty(row.QuerySelectorAll("progress"));
    }

    [Fact]
    public void A_copy_says_how_fast_it_moves_how_long_the_rest_takes_and_what_holds_it_back()
    {
        var waits = new Dictionary<string, StoreWaiting> { ["s3 crashes@ceph:7480"] = new(1, SampleJobs.Now.AddMinutes(-4), 4, SampleJobs.Now.AddSeconds(30), "migrate-store", null, "AmazonS3Exception: Reduce your rate."), ["another"] = new(1, SampleJobs.Now, 1, null, "x", null, "") };
        Stores.Publish(new StoresSnapshot { Copies = [Copy], Speeds = [new CopySpeed(7, 310.25, 12_400_000, 1_350) { Left = (TimeSpan.FromMinutes(20.5), TimeSpan.FromMinutes(35)) }], Waits = waits });
        var row = On<StoresPage>().Find("li.copy");

        Assert.Contains("310.3 crashes a second (12.4 MB); at most 1,350 while it was watched. What is left takes 20 min to 35 min at this pace.", row.TextContent, StringComparison.Ordinal);
        Assert.StartsWith("Held back by s3 crashes@ceph:7480: 1 operation waits for it", row.QuerySelector(".left")!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("another", row.TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0.5, "What is left takes about a second at this pace.")]
    [InlineData(0.2, 4, "What is left takes up to 4 s at this pace.")]
    [InlineData(61, 119, "What is left takes about 1 min at this pace.")]
    [InlineData(50, 7_300, "What is left takes 50 s to 2 h at this pace.")]
    public void What_is_left_is_a_range(double least, double most, string expected) =>
        Assert.EndsWith(expected, StoreWords.Speed(new CopySpeed(7, 1, 1, 1) { Left = (TimeSpan.FromSeconds(least), TimeSpan.FromSeconds(most)) }), StringComparison.Ordinal);

    [Theory]
    [InlineData(0, 512, 0, "Everything is copied")]
    [InlineData(0, 500, 0, "Nobody is at work on it")]
    [InlineData(1, 512, 0, "Something is left to look at")]
    [InlineData(1, 512, 1, "Copying")]
    public void The_state_of_a_copy_is_a_word(int failed, int done, int working, string expected) =>
        Assert.Equal(expected, StoreWords.State(Copy with { Failed = failed, Conflicts = 0, Done = done, Working = working }));

    [Fact]
    public void What_waits_what_was_asked_and_what_a_store_does_stand_in_its_row()
    {
        Stores.Publish(new StoresSnapshot
        {
            Stores =
            [
                Works with
                {
                    Waiting = new StoreWaiting(3, SampleJobs.Now.AddMinutes(-4), 4, SampleJobs.Now.AddSeconds(30), "copies", null, "AmazonS3Exception: Reduce your rate."),
                    Abilities = [new(StoreAbilityKind.ConditionalCreate, true, false, "It overwrote what was there."), new(StoreAbilityKind.Listing, true, true, null), new(StoreAbilityKind.Checksums, false, null, "away")],
                    Operations = [new(StoreOperation.GetRaw, 1_200, 30, 4, TimeSpan.FromMilliseconds(7), TimeSpan.FromMilliseconds(180)), new(StoreOperation.SaveRaw, 0, 0, 1, null, null)],
                },
            ],
        });
        var row = On<StoresPage>().Find("li.store");

        Assert.Contains($"3 operations wait for it, the oldest of copies: failed 4 times, next try {SampleJobs.Now.AddSeconds(30):HH:mm:ss}Z.", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("AmazonS3Exception: Reduce your rate.", row.TextContent, StringComparison.Ordinal);
        Assert.Equal(["overwrites what it is asked to create", "lists what it keeps", "not known whether it tells checksums"], row.QuerySelectorAll(".abilities > span:not(.visually-hidden)").Select(one => one.TextContent));
        Assert.Equal("overwrites what it is asked to create", Assert.Single(row.QuerySelectorAll(".abilities .bad")).TextContent);
        Assert.Equal("1,235 operations in the last hour, 5 failed", row.QuerySelector(".hour summary")!.TextContent);
        Assert.Equal(["get raw", "1,200", "30", "4", "7 ms", "180 ms"], row.QuerySelectorAll(".hour tbody tr")[0].Children.Select(cell => cell.TextContent));
        Assert.Equal("–", row.QuerySelectorAll(".hour tbody tr")[1].Children[5].TextContent);
    }

    [Fact]
    public void A_comparison_is_a_sentence_its_bound_and_months_of_which_one_with_something_missing_is_open()
    {
        var day = new DateOnly(2014, 8, 30);
        Stores.Publish(new StoresSnapshot
        {
            Compared =
            [
                new KeptParity(
                    3, "files /srv/crashes", "s3 crashes@ceph:7480", day, day.AddDays(3), [day.AddDays(3)],
                    [
                        new(day, CrashItemKind.RawCrash, 1_000, 0, 0, 0, 30, 0, 30, 0), new(day.AddDays(1), CrashItemKind.RawCrash, 900, 2, 0, 1, 0, 0), new(day.AddDays(3), CrashItemKind.RawCrash, 12, 0, 5, 0, 12, 0),
                    ],
                    ParitySample.Of(2_996, 0), 3, [new(CrashId.Parse("0bba929f-8721-460c-dead-a43c20140831"), CrashItem.Raw, ParityOutcome.OnlySource)], SampleJobs.Now.AddMinutes(-20), SampleJobs.Now.AddMinutes(-2)),
            ],
        });
        var found = On<StoresPage>().Find("article.parity");

        Assert.Equal("Of 1,915 things 2 are missing and 1 is different.", found.QuerySelector("h3")!.TextContent.Trim());
        Assert.Contains("2,996 things drawn from all by chance and read, none differed: at most 0.1 % of what both have differ inside (95 % sure; 0.16 % at 99 %).", found.TextContent, StringComparison.Ordinal);
        Assert.Contains("The first 1 of 3 differences by name", found.TextContent, StringComparison.Ordinal);
        Assert.Contains("./run copy-crash FROM TO ID…", found.QuerySelector(".named")!.TextContent, StringComparison.Ordinal);
        var months = found.QuerySelectorAll("details.month");
        Assert.Equal(["2014-09: 1 day, nothing missing, nothing different", "2014-08: 2 days, 1 day is not whole"], months.Select(month => month.QuerySelector("summary")!.TextContent.Trim()));
        Assert.Equal([false, true], months.Select(month => month.HasAttribute("open")));
        Assert.Equal("2 missing, 1 differentof 903", Assert.Single(found.QuerySelectorAll("td.bad")).TextContent);
        Assert.Equal("12 (+5 more)all read", months[0].QuerySelector("td")!.TextContent);
        Assert.Contains("all read", months[0].QuerySelector("th[scope=row]")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("1,00030 read: ≤ 9.6 % differ", months[1].QuerySelectorAll("tbody tr")[1].QuerySelector("td")!.TextContent);
    }

    [Theory]
    [InlineData(1, "100 %")]
    [InlineData(0.0009995, "0.1 %")]
    [InlineData(0.00012345, "0.013 %")]
    [InlineData(0.25, "25 %")]
    [InlineData(0, "0 %")]
    public void A_bound_is_rounded_up(double share, string expected) => Assert.Equal(expected, ParityWords.Percent(share));

    [Fact]
    public void When_the_own_records_are_away_the_copies_say_how_old_they_are()
    {
        Stores.Publish(new StoresSnapshot { Copies = [Copy], StaleSince = SampleJobs.Now.AddMinutes(-1) });

        Assert.Contains("have not answered since", On<StoresPage>().Find(".notice.stale").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_many_probes_the_newest_are_kept_and_failing_begins_at_the_first_of_those_in_a_row()
    {
        var store = Works;
        for (var probe = 0; probe < 70; probe++)
        {
            store = store.After(new StoreProbed(SampleJobs.Now.AddSeconds(probe), [new(StoreProbeKind.Put, probe < 5, TimeSpan.Zero, "away")]));
        }

        Assert.Equal(StoreHealth.MostKept, store.Recent.Count);
        Assert.Equal((SampleJobs.Now.AddSeconds(5), SampleJobs.Now.AddSeconds(4)), (store.FailingSince, store.OkAt));
        Assert.Null(store.After(new StoreProbed(SampleJobs.Now.AddSeconds(99), [])).FailingSince);
    }
}
