using Dashboard.Core.Backfill;
using Dashboard.Core.Ledger;
using Dashboard.Core.Retries;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;

namespace Dashboard.Core.Monitoring.Metrics;

/// <summary>All that metrics are made of, of one source.</summary>
/// <param name="Said">The verdict.</param>
/// <param name="Standings">The rows.</param>
/// <param name="Backlogs">What is owed.</param>
/// <param name="JudgedAt">When it was judged last with its tables in sight, by our clock.</param>
public sealed record MetricSource(VerdictSnapshot Said, StandingsSnapshot Standings, BacklogSnapshot Backlogs, DateTimeOffset? JudgedAt);

/// <summary>The verdict in figures. Moments are told, not ages, and nothing is left out because it is zero.</summary>
public static class VerdictMetrics
{
    // A share is said from three cases like it on; below, only the word of the verdict.
    private const int FewestCases = 3;

    private static readonly VerdictState[] States = Enum.GetValues<VerdictState>();

    /// <summary>Every metric, in a fixed order.</summary>
    public static IReadOnlyList<Metric> Of(IReadOnlyList<MetricSource> sources, RetriesSnapshot retries, VerdictSettings settings, MetricCounts counts, LedgerTotals totals)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(retries);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentNullException.ThrowIfNull(totals);
        var metrics = new List<Metric>();
        Gauge("crontabber_system_verdict", "What is said of a source: 1 for that verdict, 0 for the others.", sources.SelectMany(source => StateSet(source.Said.State, Source(source))));
        Gauge("crontabber_root_verdict", "What is said of a root of trouble: 1 for that verdict, 0 for the others.",
            sources.SelectMany(source => source.Said.Roots.SelectMany(root => StateSet(root.State, [.. Source(source), ("root_kind", Slug(root.Root.Kind)), ("root", root.Root.Name)]))));
        Gauge("crontabber_job_verdict", "What is said of a job: 1 for that verdict, 0 for the others.", Verdicts((labels, verdict) => StateSet(verdict.State, labels)));
        Gauge("crontabber_job_last_success_timestamp_seconds", "When the job last succeeded; of a backfill job the last slot done.", Rows(standing => standing.Job.LastSuccess));
        Gauge("crontabber_job_last_run_timestamp_seconds", "When the latest run that ended began.", Rows(standing => standing.Job.LastRun));
        Gauge("crontabber_job_next_run_timestamp_seconds", "Not before this moment is the job started.", Rows(standing => standing.Job.NextRun));
        Gauge("crontabber_job_next_retry_timestamp_seconds", "When a machine does the next thing about what is wrong with the job.", Moments(verdict => verdict.State == VerdictState.Ok ? null : verdict.NextEventAt));
        Gauge("crontabber_job_ongoing_since_timestamp_seconds", "When the run that is under way began.", Rows(standing => standing.Job.Ongoing));
        Gauge("crontabber_job_deadline_timestamp_seconds", "From here on the job's data is older than promised.", Moments(verdict => verdict.Deadline));
        Gauge("crontabber_job_page_by_timestamp_seconds", "A human who begins later is late.", Moments(verdict => verdict.PageBy));
        Gauge("crontabber_job_heal_by_timestamp_seconds", "By when it is expected to be well again by itself, with that confidence.", Verdicts((labels, verdict) => Heals(labels, verdict.Heal)));
        Gauge("crontabber_job_heal_probability_ratio", "How likely it is well again before a human would be late; told only where at least three cases like it are known.",
            Verdicts((labels, verdict) => verdict.Heal is { ByDeadline: { } share, AtRisk: >= FewestCases } ? [new(labels, share)] : []));
        Gauge("crontabber_job_consecutive_failures", "How many runs failed in a row.", Each((labels, standing, _) => [new(labels, standing.Job.ErrorCount)]));
        Gauge("crontabber_job_backlog_intervals", "How many slots are owed.", Each((labels, standing, source) => [new(labels, source.Backlogs.Find(standing.Job.Name) is { } owed ? (double)owed.Owed.Count : 0)]));
        Gauge("crontabber_job_tolerance_seconds", "How late the job's data may be.", Each((labels, standing, _) => Deadlines.Tolerance(standing, settings) is { } late ? [new(labels, late.TotalSeconds)] : []));
        metrics.Add(new("crontabber_job_duration_seconds", MetricKind.Histogram, "How long runs lasted that ended since this process began.", [.. counts.Runs.OrderBy(pair => pair.Key).SelectMany(Lengths)]));
        Counter("crontabber_job_runs", "Runs that ended since this process began.",
            counts.Runs.OrderBy(pair => pair.Key).SelectMany(pair => Outcomes(Job(pair.Key), ("success", pair.Value.Succeeded), ("failure", pair.Value.Failed), ("unknown", pair.Value.Unknown))));
        metrics.Add(new("crontabber_job", MetricKind.Info, "When a job runs, in the words of its configuration.", [.. Each((labels, standing, _) => standing.Definition?.Schedule is { } schedule
            ? [new([.. labels, ("frequency", schedule.Frequency), ("at", schedule.Time ?? ""), ("backfill", schedule.Backfills ? "true" : "false")], 1)]
            : [])]));
        Counter("crontabber_resource_attempts", "Attempts on a resource that executors told of since this process began.",
            counts.Attempts.OrderBy(pair => pair.Key).SelectMany(pair => Outcomes(Resource(pair.Key), ("ok", pair.Value.Succeeded), ("failed", pair.Value.Failed), ("recovered", pair.Value.Recovered))));
        Counter("crontabber_resource_retry_wait_seconds", "How long executors waited between attempts since this process began.",
            counts.Attempts.OrderBy(pair => pair.Key).Select(pair => new MetricSample(Resource(pair.Key), pair.Value.Waited)));
        Gauge("crontabber_resource_next_attempt_timestamp_seconds", "When the next attempt on a resource begins that is waited for.",
            retries.Resources.SelectMany(lane => Moment(Resource((lane.Source, lane.Resource)), lane.Open.Select(streak => streak.NextAttemptAt).Min())));
        Gauge("crontabber_scheduler_last_tick_timestamp_seconds", "When the scheduler was heard of last: by a tick that was told, else by what its tables show.",
            sources.SelectMany(source => Moment(Source(source), LastTick(source, retries))));
        Gauge("crontabber_verdict_last_evaluation_timestamp_seconds", "When the source was judged last with its tables in sight.", sources.SelectMany(source => Moment(Source(source), source.JudgedAt)));
        Counter("crontabber_pages_sent", "Messages to a channel, by how they went, of all that is kept.",
            totals.Pages.Select(sent => new MetricSample([("channel", sent.Channel), ("outcome", sent.Outcome)], sent.Count)));
        Counter("crontabber_eta_promises", "Moments of healing that were told and came true or passed, of all that is kept.",
            [new MetricSample([("kept", "true")], totals.Kept), new MetricSample([("kept", "false")], totals.Broken)]);
        return metrics;

        void Gauge(string name, string help, IEnumerable<MetricSample> samples) => metrics.Add(new(name, MetricKind.Gauge, help, [.. samples]));
        void Counter(string name, string help, IEnumerable<MetricSample> samples) => metrics.Add(new(name, MetricKind.Counter, help, [.. samples]));
        IEnumerable<MetricSample> Verdicts(Func<(string, string)[], Verdict, IEnumerable<MetricSample>> of) => sources.SelectMany(source => source.Said.Jobs.SelectMany(verdict => of(Job((source.Said.Source, verdict.Job)), verdict)));
        IEnumerable<MetricSample> Each(Func<(string, string)[], JobStanding, MetricSource, IEnumerable<MetricSample>> of) =>
            sources.SelectMany(source => source.Standings.Jobs.SelectMany(standing => of(Job((source.Said.Source, standing.Job.Name)), standing, source)));
        IEnumerable<MetricSample> Rows(Func<JobStanding, DateTimeOffset?> of) => Each((labels, standing, _) => Moment(labels, of(standing)));
        IEnumerable<MetricSample> Moments(Func<Verdict, DateTimeOffset?> of) => Verdicts((labels, verdict) => Moment(labels, of(verdict)));
    }

    private static DateTimeOffset? LastTick(MetricSource source, RetriesSnapshot retries) =>
        retries.Ticks.TryGetValue(source.Said.Source, out var told) && told is [var newest, ..]
            ? newest.HeardAt
            : source.Standings.Jobs.SelectMany(standing => new[] { standing.Job.LastRun, standing.Job.Ongoing, standing.History.Runs is [var run, ..] ? run.LogTime : null }).Where(at => at <= source.Standings.AsOf).Max();

    private static IEnumerable<MetricSample> StateSet(VerdictState now, (string, string)[] labels) => States.Select(state => new MetricSample([.. labels, ("verdict", Slug(state))], state == now ? 1 : 0));

    private static IEnumerable<MetricSample> Heals((string, string)[] labels, HealForecast? heal) =>
        heal is null ? [] : [.. Moment([.. labels, ("confidence", "0.5")], heal.Likely), .. Moment([.. labels, ("confidence", "0.8")], heal.By80)];

    private static IEnumerable<MetricSample> Lengths(KeyValuePair<(string Source, string Job), RunCounts> of)
    {
        long sum = 0;
        for (var i = 0; i < of.Value.Buckets.Count; i++)
        {
            sum += of.Value.Buckets[i];
            var bound = i < MetricTally.Bounds.Count ? MetricTally.Bounds[i].ToString("0.0", System.Globalization.CultureInfo.InvariantCulture) : "+Inf";
            yield return new([.. Job(of.Key), ("le", bound)], sum, "_bucket");
        }

        yield return new(Job(of.Key), of.Value.Seconds, "_sum");
        yield return new(Job(of.Key), sum, "_count");
    }

    private static IEnumerable<MetricSample> Outcomes((string, string)[] labels, params (string Outcome, long Count)[] counts) =>
        counts.Select(of => new MetricSample([.. labels, ("outcome", of.Outcome)], of.Count));

    // What our calendar lacks (infinity) is no moment to reckon with.
    private static IEnumerable<MetricSample> Moment((string, string)[] labels, DateTimeOffset? at) =>
        at is { } moment && moment > DateTimeOffset.UnixEpoch && moment < DateTimeOffset.MaxValue.AddDays(-1) ? [new(labels, (moment - DateTimeOffset.UnixEpoch).TotalSeconds)] : [];

    private static (string, string)[] Source(MetricSource source) => [("source", source.Said.Source)];

    private static (string, string)[] Job((string Source, string Job) key) => [("source", key.Source), ("app_name", key.Job)];

    private static (string, string)[] Resource((string Source, string Resource) key) => [("source", key.Source), ("resource", key.Resource)];

    private static string Slug<T>(T word)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(word.ToString());
}
