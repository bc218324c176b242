using Dashboard.Core.Sources;
using Dashboard.Core.Tests.Dependencies;
using Dashboard.Core.Verdicts.Engine;

namespace Dashboard.Core.Tests.Verdicts.Engine;

/// <summary>What is said of the captured databases at the moment they were captured.</summary>
public sealed class VerdictsOfTheCapturesTests
{
    [Fact]
    public async Task The_incident_is_one_page_for_the_lock_and_all_who_wait_behind_it_and_two_for_what_fails_before_it()
    {
        var facts = await CapturedVerdicts.FactsAsync("crontabber-incident", Captured.IncidentNow);
        var said = VerdictEngine.Evaluate(facts, new VerdictSettings(), Captured.IncidentNow);

        Assert.Equal(
            (VerdictState.Page, "3 pages, first ftpscraper. A human is needed now. Its lock has been held since Sep 4 22:00Z and its process is most likely gone. The scheduler takes it over from 10:00Z: too late.",
                "3 pages, 3 fine; 16 jobs wait behind 1 root."),
            (said.State, said.Headline, said.Then));
        Assert.Equal(
            ["ftpscraper Page 16", "bugzilla-associations Page 0", "duplicates Page 0"],
            said.Roots.Select(root => $"{root.Root.Name} {root.State} {root.Waiting.Count}"));
        Assert.Contains("modulelist", said.Roots[0].Waiting);
        Assert.All(said.Jobs.Where(verdict => verdict.State == VerdictState.Blocked), verdict => Assert.Equal(new VerdictRoot(RootKind.Job, "ftpscraper"), verdict.Root));
        Assert.Equal("R8", said.Find("ftpscraper")!.Rule);
        Assert.Equal(("R12", "R9"), (said.Find("bugzilla-associations")!.Rule, said.Find("duplicates")!.Rule));
        Assert.Equal("Clear its lock.", said.Find("ftpscraper")!.FirstAction);
        Assert.All(said.Jobs, verdict => Assert.True(verdict.State is VerdictState.Ok || verdict.Facts.Count > 0, $"{verdict.Job} has no evidence"));
    }

    [Fact]
    public async Task The_healthy_day_is_no_page()
    {
        var facts = await CapturedVerdicts.FactsAsync("crontabber-healthy", Captured.HealthyNow, configured: false);
        var said = VerdictEngine.Evaluate(facts, new VerdictSettings(), Captured.HealthyNow);

        Assert.Equal((VerdictState.Ok, "No page: every job is on time."), (said.State, said.Headline));
        Assert.All(said.Jobs, verdict => Assert.Equal((VerdictState.Ok, "R17"), (verdict.State, verdict.Rule)));
    }

    [Fact]
    public async Task Socorros_incident_has_a_lock_too_old_and_code_that_no_try_heals()
    {
        var facts = await CapturedVerdicts.FactsAsync("socorro-cron-incident", Captured.SocorroNow, Flavour.Socorro, configured: false);
        var said = VerdictEngine.Evaluate(facts, new VerdictSettings(), Captured.SocorroNow);

        Assert.Equal(["archivescraper Page R8", "updatemissing Page R9", "auditgroups Watch R12", "updatesignatures Watch R12"], said.Roots.Select(root => $"{root.Root.Name} {root.State} {said.Find(root.Job!)!.Rule}"));
        Assert.Equal("2 pages, 2 watched, 7 fine.", said.Then);
    }

    [Fact]
    public async Task The_same_facts_say_the_same_with_the_same_objects_and_a_source_out_of_reach_says_nothing()
    {
        var facts = await CapturedVerdicts.FactsAsync("crontabber-incident", Captured.IncidentNow);
        var first = VerdictEngine.Evaluate(facts, new VerdictSettings(), Captured.IncidentNow);

        Assert.Equal(Print(first), Print(VerdictEngine.Evaluate(facts, new VerdictSettings(), Captured.IncidentNow)));
        Assert.Same(first, VerdictEngine.Evaluate(facts, new VerdictSettings(), Captured.IncidentNow.AddSeconds(1), first));
        var blind = VerdictEngine.Evaluate(facts with { Trouble = "Nothing listens.", Age = TimeSpan.FromHours(1) }, new VerdictSettings(), Captured.IncidentNow, first);
        Assert.Equal((VerdictState.Blind, "Nothing listens."), (blind.State, blind.Then));
        Assert.Empty(blind.Jobs);
        Assert.Same(first, VerdictEngine.Evaluate(facts with { Trouble = "Nothing listens.", Age = TimeSpan.FromMinutes(4) }, new VerdictSettings(), Captured.IncidentNow, first));
    }

    private static string Print(VerdictSnapshot said) => string.Join(
        '\n',
        [
            $"{said.State}: {said.Headline} | {said.Then}",
            .. said.Roots.Select(root => $"root {root.Root.Kind} {root.Root.Name}: {root.State}, {root.Waiting.Count} wait. {root.Headline}"),
            .. said.Jobs.Select(verdict => $"{verdict.Job}: {verdict.State} {verdict.Rule} {verdict.Root} {verdict.PageBy:O} {verdict.Deadline:O} {verdict.Headline} {string.Join(" / ", verdict.Facts.Select(fact => fact.Text))}"),
        ]);
}
