using Dashboard.Core.Verdicts;
using Dashboard.Kit;
using Dashboard.Web.Jobs;

namespace Dashboard.Web.Tests.Jobs;

public sealed class JobsViewTests
{
    [Fact]
    public void A_view_comes_back_from_its_own_url()
    {
        var view = new JobsView { Text = "dep:\"a b\" x&y=☃", States = [JobState.Failing, JobState.Overdue], Sort = new(JobColumn.Errors, Descending: true) };
        var query = view.ToQuery().ToDictionary();
        var back = JobsView.Parse(query["q"], query["state"], query["sort"]);
        Assert.Equal((view.Text, view.Sort), (back.Text, back.Sort));
        Assert.Equal(view.States, back.States);
    }

    [Fact]
    public void Defaults_are_left_out_and_nonsense_counts_as_not_said()
    {
        Assert.Empty(JobsView.Default.ToQuery());
        Assert.Empty(JobsView.Parse(null, "nope,,", "-colour").ToQuery());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Jobs_without_a_value_stand_last_in_either_order(bool descending)
    {
        var never = SampleJobs.Standing("a");
        never = never with { Job = never.Job with { LastSuccess = null } };
        var sorted = new JobSort(JobColumn.LastSuccess, descending).Apply([never, SampleJobs.Standing("c"), SampleJobs.Standing("b", JobState.Failing)]);
        Assert.Equal(descending ? ["c", "b", "a"] : ["b", "c", "a"], sorted.Select(standing => standing.Job.Name));
    }
}
