using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.CutOver;
using Dashboard.Core.Stores.DualWrites;
using Dashboard.Core.Stores.Trees;

namespace Dashboard.Core.Tests.Stores;

public sealed class CutOverRuleTests
{
    private const string Old = "files /srv/crashes";
    private const string New = "s3 crashes@ceph:7480";
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Seam = new(2026, 11, 10);
    private static readonly CutOverOptions Options = new();
    private static readonly StoreNode OldNode = new("destination", "FileStore", Old, []);
    private static readonly StoreNode NewNode = new("destination", "S3Store", New, []);
    private static readonly StoreNode BothNode = new("destination", "PolyStore", null, [OldNode, NewNode]);

    private static readonly CopyProgress Copy = new(
        1, new CopyPlan("files:/srv/crashes", "s3:http://a@ceph:7480/crashes", new(2026, 8, 1), Seam), 100, 100, null, 1_000, 5_000, 0, 1, 0, 0, 0, Now.AddDays(-9), Now.AddDays(-8), 0);

    private static readonly ParityEvidence Parity = new(new(2026, 8, 1), new(2026, 11, 20), [Seam], Now.AddHours(-3), Now.AddHours(-2), 500_000, 0, 12, 0, 0, 50_000, 0, 9e-5);

    private static readonly CutOverFacts Ready = new(Old, New)
    {
        Trees = [new(Now.AddDays(-10), "SIGHUP", [BothNode]), new(Now.AddDays(-99), "start", [OldNode])],
        Copies = [Copy],
        Partial = [new(New, 0, 3, 0, null, Now.AddDays(-7), null)],
        Parity = Parity,
        Words = [.. CutOverRule.Tried.Select(line => new CutOverWord(line.Name, true, "seen", "ada", Now.AddDays(-1))), .. CutOverRule.OfPeople.Select(line => new CutOverWord(line.Name, true, "seen", "ada", Now.AddDays(-1), 12))],
        Uses = [new(Old, "FileStore", Now.AddDays(-99), Now, "node/1", Now, Now, 1, 1)],
    };

    [Fact]
    public void With_all_its_evidence_every_line_is_ready()
    {
        Assert.All(CutOverRule.Lines(Ready, Options, Now), line => Assert.True(line.State == CutOverState.Ready, $"{line}"));
        Assert.Equal(Now.AddDays(-10), CutOverRule.BothSince(Ready));
    }

    public static TheoryData<string, CutOverState, CutOverFacts> Wants => new()
    {
        { "both", CutOverState.NotReady, Ready with { Trees = [new(Now.AddDays(-6.9), "SIGHUP", [BothNode]), new(Now.AddDays(-8), "x", [OldNode]), new(Now.AddDays(-30), "x", [BothNode])] } },
        { "both", CutOverState.NotReady, Ready with { Trees = [new(Now.AddDays(-10), "SIGHUP", [OldNode with { Class = "FallbackStore", Resource = null, Parts = [OldNode, NewNode] }])] } },
        { "ledger", CutOverState.NotReady, Ready with { Partial = [new(New, 1, 0, 0, Now, Now, "away")] } },
        { "ledger", CutOverState.NotReady, Ready with { Partial = [new(Old, 0, 0, 1, null, Now, "else")] } },
        { "copy", CutOverState.NotReady, Ready with { Copies = [] } },
        { "copy", CutOverState.NotReady, Ready with { Copies = [Copy, Copy with { Conflicts = 1 }] } },
        { "parity", CutOverState.NotReady, Ready with { Parity = null } },
        { "parity", CutOverState.NotReady, Ready with { Parity = Parity with { OnlySource = 1 } } },
        { "parity", CutOverState.NotReady, Ready with { Parity = Parity with { From = new(2026, 8, 2) } } },
        { "parity", CutOverState.Stale, Ready with { Parity = Parity with { EndedAt = Now.AddHours(-24.1) } } },
        { "parity", CutOverState.Stale, Ready with { Copies = [Copy with { ChangedAt = Now.AddHours(-2.5) }] } },
        { "sample", CutOverState.NotReady, Ready with { Parity = Parity with { Upper99 = 1.1e-4 } } },
        { "sample", CutOverState.NotReady, Ready with { Parity = Parity with { Bad = 1, Upper99 = 1e-5 } } },
        { "seam", CutOverState.NotReady, Ready with { Parity = Parity with { Seam = [Seam.AddDays(1)] } } },
        { "marker", CutOverState.Stale, Ready with { Words = [new("marker", true, "seen", "ada", Now.AddDays(-7.1))] } },
        { "rollback", CutOverState.NotReady, Ready with { Words = [new("rollback", false, "refused", "ada", Now)] } },
        { "drill", CutOverState.Unsaid, Ready with { Words = [] } },
        { "drill", CutOverState.Unsaid, Ready with { Words = [new("drill", true, "seen", "mallory", Now)] } },
        { "budget", CutOverState.Stale, Ready with { Words = [new("budget", true, "seen", "ada", Now.AddDays(-7.1), 12)] } },
    };

    [Theory]
    [MemberData(nameof(Wants))]
    public void A_line_without_its_evidence_is_not_ready(string name, CutOverState expected, CutOverFacts facts) =>
        Assert.Equal(expected, CutOverRule.Lines(facts, Options, Now).Single(line => line.Name == name).State);

    [Theory]
    [InlineData(-6.9, 100_000, 100, 900, false, CutOverState.Ready, "100,100 operations since 2026-11-13 14:24Z: 100 failed, 900 took longer than 5 s.")]
    [InlineData(-6.9, 100_000, 101, 0, false, CutOverState.NotReady, "100,101 operations since 2026-11-13 14:24Z: 101 failed, 0 took longer than 5 s.")]
    [InlineData(-6.9, 100_000, 0, 1_001, false, CutOverState.NotReady, "100,000 operations since 2026-11-13 14:24Z: 0 failed, 1,001 took longer than 5 s.")]
    [InlineData(-6.2, 100_000, 0, 0, false, CutOverState.NotReady, "100,000 operations since 2026-11-14 07:12Z: 0 failed, 0 took longer than 5 s; 6.3 days must be known before that is a proof.")]
    [InlineData(-6.2, 100_000, 0, 0, true, CutOverState.Ready, "seen (ada, line 12 of the audit) 100,000 operations since 2026-11-14 07:12Z: 0 failed, 0 took longer than 5 s; 6.3 days must be known before that is a proof.")]
    [InlineData(-6.9, 0, 0, 0, false, CutOverState.NotReady, "0 operations since 2026-11-13 14:24Z: 0 failed, 0 took longer than 5 s; 6.3 days must be known before that is a proof.")]
    public void A_week_within_budget_is_measured_and_a_word_counts_where_that_is_not_enough(double sinceDays, long answered, long failed, long slow, bool vouched, CutOverState expected, string words)
    {
        var facts = Ready with { Budget = new BudgetEvidence(Now.AddDays(sinceDays), answered, failed, slow, Now), Words = vouched ? Ready.Words : [] };

        var line = CutOverRule.Lines(facts, Options, Now).Single(one => one.Name == "budget");

        Assert.Equal((expected, words), (line.State, line.Evidence));
    }

    [Fact]
    public void When_everything_was_read_a_small_number_is_no_doubt()
    {
        var all = Ready with { Parity = Parity with { Same = 40, Drawn = 40, Upper99 = 0.1, Seam = [] } };

        Assert.All(CutOverRule.Lines(all, Options, Now), line => Assert.True(line.State == CutOverState.Ready, $"{line}"));
    }

    [Theory]
    [InlineData(-0.1, -30, false, false, "It is in use by node/1.")]
    [InlineData(-20, -30, true, false, "Silence for 20 hours of 24 hours: its last call was 30 hours ago.")]
    [InlineData(-25, -10, true, false, "Silence for 10 hours of 24 hours: its last call was 10 hours ago.")]
    [InlineData(-48, -49, true, true, "Silence for 2 days: its last call was 2 days ago. It may be switched off, as far as the dashboard's own calls go.")]
    public void Silence_is_counted_from_the_last_call_after_the_store_was_left(double leftHours, double calledHours, bool left, bool mayGo, string words)
    {
        var namedAt = left ? Now.AddHours(leftHours) : Now;
        var silence = CutOverRule.Silence(
            Ready with
            {
                Trees = left ? [new(Now.AddHours(leftHours), "SIGHUP", [NewNode]), .. Ready.Trees] : Ready.Trees,
                Uses = [new(Old, "FileStore", Now.AddDays(-99), namedAt, "node/1", Now.AddHours(calledHours), null, 1, 1)],
            },
            Options,
            Now);

        Assert.Equal((mayGo, words), (silence.MayGo, silence.Words));
        Assert.Equal(left, silence.LeftAt is not null);
    }

    [Fact]
    public void Of_a_store_nobody_ever_named_nothing_is_known() =>
        Assert.False(CutOverRule.Silence(Ready with { Uses = [] }, Options, Now).MayGo);
}
