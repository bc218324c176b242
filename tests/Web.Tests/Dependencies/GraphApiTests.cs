using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Kit;
using Dashboard.Web.Tests.Security;

namespace Dashboard.Web.Tests.Dependencies;

public sealed class GraphApiTests(SharedDashboard shared)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RunningDashboard Dashboard => shared.Running;

    [Fact]
    public async Task The_graph_has_every_job_and_every_edge()
    {
        var graph = await Dashboard.Client.GetFromJsonAsync<JsonElement>("/api/v1/graph?positions=true", Stop);

        var nodes = graph.GetProperty("nodes").EnumerateArray().ToList();
        Assert.Contains(nodes, node => node.GetProperty("app_name").GetString() == "reports-clean" && node.GetProperty("hanging_on").GetInt32() == 8 && node.GetProperty("position").ValueKind == JsonValueKind.Object);
        Assert.Contains(graph.GetProperty("edges").EnumerateArray(), edge => (edge.GetProperty("parent").GetString(), edge.GetProperty("child").GetString()) == ("duplicates", "reports-clean"));
        var page = nodes.Single(node => node.GetProperty("app_name").GetString() == "home-page-graph-matview");
        Assert.Equal("blocked", page.GetProperty("state").GetString());
        Assert.Equal("adu-matview", page.GetProperty("tick").GetProperty("blocked_by").GetString());
    }

    [Fact]
    public async Task The_order_is_the_runners_as_json_and_as_csv()
    {
        var order = await Dashboard.Client.GetFromJsonAsync<JsonElement>("/api/v1/order", Stop);
        var names = order.GetProperty("jobs").EnumerateArray().Where(job => job.GetProperty("tick").GetProperty("place").ValueKind == JsonValueKind.Number).Select(job => job.GetProperty("app_name").GetString()).ToList();
        Assert.True(names.IndexOf("duplicates") < names.IndexOf("ftpscraper") && names.IndexOf("ftpscraper") < names.IndexOf("reports-clean"));

        var csv = await Dashboard.Client.GetStringAsync("/api/v1/order?format=csv", Stop);
        Assert.StartsWith("place,app_name,outcome,is_due,blocked_by", csv, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/graph?positions=perhaps")]
    [InlineData("/api/v1/graph?colour=red")]
    [InlineData("/api/v1/order?limit=3")]
    public async Task What_is_not_understood_is_refused(string address)
    {
        using var answer = await Dashboard.Client.GetAsync(new Uri(address, UriKind.Relative), Stop);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }
}
