using Dashboard.Core.Backfill;
using Dashboard.Core.Jobs;
using Dashboard.Core.Verdicts;
using Dashboard.Kit;
using Dashboard.Web.Components;
using Dashboard.Web.Jobs;

namespace Dashboard.Web.Tests.Jobs;

public sealed class JobListTests
{
    private static readonly BacklogSnapshot NothingOwed = BacklogSnapshot.Empty("demo");

    public static TheoryData<JobColumn, bool, string> Views()
    {
        var views = new TheoryData<JobColumn, bool, string>();
        foreach (var column in Enum.GetValues<JobColumn>())
        {
            views.Add(column, false, "");
            views.Add(column, true, "");
            views.Add(column, false, "error:seq");
        }

        return views;
    }

    [Theory]
    [MemberData(nameof(Views))]
    public void After_any_changes_it_lists_what_a_new_one_lists(JobColumn column, bool descending, string text)
    {
        var chance = new Random(42);
        var (view, search) = (new JobsView { Text = text, Sort = new JobSort(column, descending), States = chance.Next(2) == 0 ? [] : [JobState.Failing, JobState.Due] }, JobSearch.Parse(text));
        JobStanding[] jobs = [.. Enumerable.Range(0, 20).Select(i => SampleJobs.Standing($"job-{i:00}"))];
        var list = new JobList();
        for (var round = 0; round < 300; round++)
        {
            jobs = [.. jobs];
            for (var changes = chance.Next(3); changes >= 0; changes--)
            {
                var place = chance.Next(jobs.Length);
                jobs[place] = Changed(jobs[place], chance, round);
            }

            var standings = new StandingsSnapshot { Source = "demo", Jobs = chance.Next(20) == 0 ? jobs = [.. jobs.OrderBy(_ => chance.Next())] : jobs };
            var fresh = new JobList();
            list.List(standings, NothingOwed, search, view);
            fresh.List(standings, NothingOwed, search, view);

            Assert.Equal<JobStanding>(fresh.Found, list.Found, ReferenceEqualityComparer.Instance);
            Assert.Equal<JobStanding>(fresh.Shown, list.Shown, ReferenceEqualityComparer.Instance);
        }
    }

    [Fact]
    public void What_did_not_change_is_the_same_list()
    {
        var list = new JobList();
        JobStanding[] jobs = [SampleJobs.Standing("a"), SampleJobs.Standing("b")];
        var (search, view) = (JobSearch.Parse("job:b"), JobsView.Default with { Text = "job:b" });
        list.List(new StandingsSnapshot { Source = "demo", Jobs = jobs }, NothingOwed, search, view);
        var found = list.Found;

        list.List(new StandingsSnapshot { Source = "demo", Jobs = [SampleJobs.Standing("a", JobState.Failing), jobs[1]], Sequence = 2 }, NothingOwed, search, view);

        Assert.Same(found, list.Found);
    }

    private static JobStanding Changed(JobStanding standing, Random chance, int round)
    {
        var state = chance.Next(3) == 0 ? StateWords.All[chance.Next(StateWords.All.Count)] : standing.State;
        var job = standing.Job;
        job = chance.Next(6) switch
        {
            0 => job with { ErrorCount = chance.Next(3) },
            1 => job with { NextRun = job.NextRun?.AddMinutes(chance.Next(-5, 5)) },
            2 => job with { LastSuccess = chance.Next(4) == 0 ? null : standing.Job.LastRun },
            3 => job with { LastError = chance.Next(2) == 0 ? null : new JobError("ValueError", $"seq-{round}-", "") },
            _ => job with { LastRun = job.LastRun },
        };
        return standing with { Job = job, State = state };
    }
}
