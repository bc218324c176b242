using Dashboard.Core.Backfill;
using Dashboard.Core.Feeds;
using Dashboard.Core.Ledger;
using Dashboard.Core.Monitoring.Metrics;
using Dashboard.Core.Retries;
using Dashboard.Core.Runs;
using Dashboard.Core.Sources;
using Dashboard.Core.Tests.Dependencies;
using Dashboard.Core.Tests.Verdicts.Engine;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Kit;

namespace Dashboard.Core.Tests.Monitoring;

/// <summary>The verdict in figures, checked by Prometheus' own tool.</summary>
public sealed class VerdictMetricsTests
{
    private static readonly string[] Names =
    [
        "crontabber_system_verdict", "crontabber_root_verdict", "crontabber_job_verdict", "crontabber_job_last_success_timestamp_seconds", "crontabber_job_last_run_timestamp_seconds",
        "crontabber_job_next_run_timestamp_seconds", "crontabber_job_next_retry_timestamp_seconds", "crontabber_job_ongoing_since_timestamp_seconds", "crontabber_job_deadline_timestamp_seconds",
        "crontabber_job_page_by_timestamp_seconds", "crontabber_job_heal_by_timestamp_seconds", "crontabber_job_heal_probability_ratio", "crontabber_job_consecutive_failures", "crontabber_job_backlog_intervals",
        "crontabber_job_tolerance_seconds", "crontabber_job_duration_seconds", "crontabber_job_runs_total", "crontabber_job_info", "crontabber_resource_attempts_total",
        "crontabber_resource_retry_wait_seconds_total", "crontabber_resource_next_attempt_timestamp_seconds", "crontabber_scheduler_last_tick_timestamp_seconds",
        "crontabber_verdict_last_evaluation_timestamp_seconds", "crontabber_pages_sent_total", "crontabber_eta_promises_total",
    ];

    [Fact]
    public async Task The_incident_in_figures_has_the_promised_names_and_promtool_finds_nothing_wrong()
    {
        var metrics = await IncidentAsync();
        var text = MetricText.Write(metrics, openMetrics: false);
        var (code, said) = await Tool.RunAsync("promtool", ["check", "metrics"], text);

        Assert.True(code == 0, said);
        Assert.Equal(Names, text.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]));
        Assert.Contains("crontabber_job_verdict{source=\"test\",app_name=\"ftpscraper\",verdict=\"page\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("crontabber_job_verdict{source=\"test\",app_name=\"ftpscraper\",verdict=\"ok\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("crontabber_root_verdict{source=\"test\",root_kind=\"job\",root=\"ftpscraper\",verdict=\"page\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("crontabber_job_ongoing_since_timestamp_seconds{source=\"test\",app_name=\"ftpscraper\"} 14098680", text, StringComparison.Ordinal);
        Assert.Contains("crontabber_job_info{source=\"test\",app_name=\"ftpscraper\",frequency=\"1h\",at=\"\",backfill=\"true\"} 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_metrics_names_families_without_their_suffix_and_ends_with_its_mark()
    {
        var text = MetricText.Write(await IncidentAsync(), openMetrics: true);

        Assert.Contains("# TYPE crontabber_job_runs counter\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE crontabber_job info\ncrontabber_job_info{", text, StringComparison.Ordinal);
        Assert.EndsWith("# EOF\n", text, StringComparison.Ordinal);
        Assert.Equal(1, text.Split("# EOF").Length - 1);
    }

    [Fact]
    public void Any_name_of_a_job_stays_within_its_quotes()
    {
        var metric = new Metric("crontabber_job_consecutive_failures", MetricKind.Gauge, "A \\ and a\nline.", [new MetricSample([("app_name", "a\"b\\c\nd")], 1)]);

        Assert.Equal(
            "# HELP crontabber_job_consecutive_failures A \\\\ and a\\nline.\n# TYPE crontabber_job_consecutive_failures gauge\ncrontabber_job_consecutive_failures{app_name=\"a\\\"b\\\\c\\nd\"} 1\n",
            MetricText.Write([metric], openMetrics: false));
    }

    [Fact]
    public void A_share_is_not_told_before_three_cases_are_known()
    {
        Assert.Empty(Share(2));
        Assert.Single(Share(3));

        static IReadOnlyList<MetricSample> Share(int cases)
        {
            var verdict = new Verdict { Job = "a", State = VerdictState.Watch, Rule = "R12", Since = SampleJobs.Now, Headline = "", Heal = new HealForecast(ForecastGrade.Thin) { ByDeadline = 0.7, AtRisk = cases } };
            var source = new MetricSource(VerdictSnapshot.Empty("demo") with { Jobs = [verdict], AsOf = SampleJobs.Now }, StandingsSnapshot.Empty("demo"), BacklogSnapshot.Empty("demo"), null);
            return VerdictMetrics.Of([source], RetriesSnapshot.Empty, new VerdictSettings(), MetricCounts.None, LedgerTotals.None).Single(metric => metric.Name == "crontabber_job_heal_probability_ratio").Samples;
        }
    }

    [Fact]
    public void Runs_that_end_are_counted_once_and_those_before_the_first_look_never()
    {
        var tally = new MetricTally(new SourceDirectory([SampleJobs.Source]), new SourceFeeds<StandingsSnapshot>(StandingsSnapshot.Empty), new Feed<RetriesSnapshot>(RetriesSnapshot.Empty));
        var old = SampleJobs.Standing("a");
        tally.Count(SampleJobs.Snapshot(old));
        var ended = new Run { Id = 2_000, Job = "a", LogTime = SampleJobs.Now.AddMinutes(1), Duration = TimeSpan.FromSeconds(70), Outcome = RunOutcome.Failure };
        var later = SampleJobs.Snapshot(old with { History = JobHistory.Of([ended, .. old.History.Runs]) });
        tally.Count(later);
        tally.Count(later with { Sequence = 3 });

        var counted = tally.Counted().Runs[("demo", "a")];
        Assert.Equal((0, 1, 70.0), (counted.Succeeded, counted.Failed, counted.Seconds));
        Assert.Equal([0, 0, 0, 0, 1, 0, 0, 0, 0, 0], counted.Buckets);
    }

    [Fact]
    public void Attempts_are_counted_by_what_a_minute_gained_and_waits_by_each_mark_once()
    {
        var tally = new MetricTally(new SourceDirectory([SampleJobs.Source]), new SourceFeeds<StandingsSnapshot>(StandingsSnapshot.Empty), new Feed<RetriesSnapshot>(RetriesSnapshot.Empty));
        var now = SampleJobs.Now;
        var streak = new SampleRetries(now).BadNight.Resources[0].Open[0];
        tally.Count(Lane(new AttemptMinute(now, 5, 2, 0), streak with { Marks = [new AttemptMark(1, now, TimeSpan.FromSeconds(10))] }));
        tally.Count(Lane(new AttemptMinute(now, 7, 3, 1), streak with { Marks = [new AttemptMark(1, now, TimeSpan.FromSeconds(10)), new AttemptMark(2, now, TimeSpan.FromSeconds(30))] }));
        tally.Count(Lane(new AttemptMinute(now, 7, 3, 1), streak with { Marks = [new AttemptMark(1, now, TimeSpan.FromSeconds(10)), new AttemptMark(2, now, TimeSpan.FromSeconds(30))] }));

        Assert.Equal(new AttemptCounts(2, 1, 1, 30), tally.Counted().Attempts[("demo", "db")]);

        RetriesSnapshot Lane(AttemptMinute minute, RetryStreak open) => new() { AsOf = now, Resources = [new ResourceLane { Source = "demo", Resource = "db", Backend = "postgres", Minutes = [minute], Open = [open] }] };
    }

    [Fact]
    public async Task The_shipped_alert_rules_do_what_they_say()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Examples", "prometheus");
        var (tested, said) = await Tool.RunAsync("promtool", ["test", "rules", Path.Combine(folder, "crontabber.rules.test.yml")]);
        var (checkedRules, found) = await Tool.RunAsync("promtool", ["check", "rules", Path.Combine(folder, "crontabber.rules.yml")]);

        Assert.True(tested == 0, said);
        Assert.True(checkedRules == 0, found);
        Assert.Contains("SUCCESS", said, StringComparison.Ordinal);

        // A rule about a metric that nobody exports never fires.
        var rules = await File.ReadAllTextAsync(Path.Combine(folder, "crontabber.rules.yml"), TestContext.Current.CancellationToken);
        var used = System.Text.RegularExpressions.Regex.Matches(rules, "crontabber_[a-z_]+", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(5)).Select(match => match.Value).Distinct();
        Assert.Empty(used.Except(Names).Except(StoreMetricsTests.Names));
    }

    private static async Task<IReadOnlyList<Metric>> IncidentAsync()
    {
        var facts = await CapturedVerdicts.FactsAsync("crontabber-incident", Captured.IncidentNow);
        var source = new MetricSource(VerdictEngine.Evaluate(facts, new VerdictSettings(), Captured.IncidentNow), facts.Standings, facts.Backlogs, Captured.IncidentNow);
        var counts = new MetricCounts(
            new Dictionary<(string, string), RunCounts> { [("test", "ftpscraper")] = new(3, 1, 0, [0, 1, 3, 0, 0, 0, 0, 0, 0, 0], 21.5) },
            new Dictionary<(string, string), AttemptCounts> { [("test", "db")] = new(10, 4, 1, 90) });
        return VerdictMetrics.Of([source], new SampleRetries(Captured.IncidentNow, "test").BadNight, new VerdictSettings(), counts, new LedgerTotals(17, 3, [new SentTotal("oncall", "sent", 2)]));
    }
}
