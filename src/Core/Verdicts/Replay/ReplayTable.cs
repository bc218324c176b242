using System.Globalization;
using System.Text;

namespace Dashboard.Core.Verdicts.Replay;

/// <summary>The results of a replay as a table, in Markdown.</summary>
public static class ReplayTable
{
    private static readonly double[] Bounds = [0, 0.5, 0.75, 0.9, 1.01];

    /// <summary>Writes it.</summary>
    public static string Of(ReplayResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var text = new StringBuilder();
        var nagios = result.Scores.First(score => score.Policy.Contains("--nagios", StringComparison.Ordinal));
        Line($"| policy | pages/30 d | needless | duplicates | precision | pages per root | human-needed paged | late pages | late, beside another | delay p50/p90 min | fewer pages than --nagios | told in working hours |");
        Line($"| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var score in result.Scores)
        {
            Line($"| {score.Policy} | {score.PagesIn30Days:0.0} | {score.Needless * 30 / Math.Max(score.Days, 1):0.0} | {score.Duplicates * 30 / Math.Max(score.Days, 1):0.0} | {score.Precision:0.000} | {score.PagesPerRoot:0.00} | {score.Recall:0.000} ({score.Paged} of {score.Needed}) | {score.Late - score.LateBeside} | {score.LateBeside} | {score.Delay(0.5).TotalMinutes:0}/{score.Delay(0.9).TotalMinutes:0} | {(score == nagios ? "–" : Share(1 - (score.Pages / Math.Max(nagios.Pages, 1.0))))} | {(score.Slack == 0 ? "–" : $"{score.Told} of {score.Slack}")} |");
        }

        Line();
        Line($"| chances stated | stated, mean | came true | difference | n |");
        Line($"| --- | --- | --- | --- | --- |");
        foreach (var what in result.Promises.GroupBy(each => each.Promise.What).OrderBy(of => of.Key, StringComparer.Ordinal))
        {
            Chances(what.Key, [.. what]);
        }

        for (var i = 0; i + 1 < Bounds.Length; i++)
        {
            Chances($"stated {Share(Bounds[i])} to {Share(Math.Min(Bounds[i + 1], 1))}", [.. result.Promises.Where(each => each.Promise.Chance >= Bounds[i] && each.Promise.Chance < Bounds[i + 1])]);
        }

        Chances("all", result.Promises);
        Line();
        var own = result.Scores[0];
        Line($"{own.Days:0} days, {result.Incidents} incidents, {result.Ambiguous} of them beside another on the same job; {result.Evaluations} times judged. Changes of mind per incident: {(result.Flips.Count == 0 ? 0 : result.Flips.Average()):0.00} on average, {(result.Flips.Count == 0 ? 0 : result.Flips.Max())} at most. Of {own.Needless} needless pages {own.InTheGap} were for what was still on at the latest moment to call people and passed before its deadline; apart from those precision is {own.PrecisionApart:0.000}. An incident is beside another where that was in the way of the same jobs: for which of them people had to be called cannot be told, so what is late of those is told apart. {own.BeyondHelp} more incidents were over before anybody called at their beginning could have begun; {own.BeyondHelpPaged} of them were paged.");
        return text.ToString();

        void Line(FormattableString? line = null) => text.Append(line is null ? "" : line.ToString(CultureInfo.InvariantCulture)).Append('\n');

        void Chances(string name, IReadOnlyCollection<(Promise Promise, bool Kept)> of)
        {
            if (of.Count > 0)
            {
                var (stated, kept) = (of.Average(each => each.Promise.Chance), of.Count(each => each.Kept) / (double)of.Count);
                Line($"| {name} | {stated:0.000} | {kept:0.000} | {Math.Round(kept - stated, 3):+0.000;-0.000;0.000} | {of.Count} |");
            }
        }
    }

    /// <summary>What was not paged, paged too late or paged for nothing, a line each.</summary>
    public static string Why(ReplayScore score)
    {
        ArgumentNullException.ThrowIfNull(score);
        var text = new StringBuilder();
        foreach (var (what, incident, call) in score.Unpaged.Select(incident => ("not paged", incident, (Call?)null)).Concat(score.TooLate.Select(each => ("too late", each.Incident, (Call?)each.Call))).Concat(score.Again.Select(each => ("again", each.Incident, (Call?)each.Call))))
        {
            text.Append(CultureInfo.InvariantCulture, $"{what}: {incident.Id} ({incident.Kind} of {incident.Target}), {incident.Begin:u} to {incident.Whole:u}, to be called by {incident.PageBy:u}, ended by {incident.EndedBy}{(call is null ? "" : string.Create(CultureInfo.InvariantCulture, $", called at {call.At:u} for {call.Root}"))}\n");
        }

        foreach (var call in score.ForNothing)
        {
            text.Append(CultureInfo.InvariantCulture, $"for nothing: {call.Root} at {call.At:u}\n");
        }

        return text.ToString();
    }

    private static string Share(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.#} %");
}
