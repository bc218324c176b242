using System.Text.Json;
using Dashboard.Kit;
using Dashboard.Web.Tests.Security;

namespace Dashboard.Web.Tests.Api;

public sealed class OpenApiTests(SharedDashboard shared)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RunningDashboard Dashboard => shared.Running;

    [Fact]
    public async Task The_document_changes_only_on_purpose()
    {
        var served = await DocumentAsync();
        var actual = JsonSerializer.Serialize(served, Pretty) + "\n";
        var pinned = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Api", "openapi.v1.json"), Stop);
        if (actual != pinned)
        {
            var beside = Path.Combine(AppContext.BaseDirectory, "openapi.v1.actual.json");
            await File.WriteAllTextAsync(beside, actual, Stop);
            Assert.Fail($"The API's description differs from tests/Web.Tests/Api/openapi.v1.json. If that is meant, replace it by {beside}.");
        }
    }

    [Fact]
    public async Task Everything_in_it_is_described()
    {
        var document = await DocumentAsync();
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                Assert.NotEmpty(operation.Value.GetProperty("summary").GetString()!);
                Assert.NotEmpty(operation.Value.GetProperty("description").GetString()!);
                if (operation.Value.TryGetProperty("parameters", out var parameters))
                {
                    Assert.All(parameters.EnumerateArray(), parameter => Assert.NotEmpty(parameter.GetProperty("description").GetString()!));
                }
            }
        }

        var job = document.GetProperty("components").GetProperty("schemas").GetProperty("JobWire").GetProperty("properties");
        Assert.True(job.TryGetProperty("app_name", out _) && job.TryGetProperty("last_success", out _));
        Assert.All(job.EnumerateObject(), property => Assert.True(property.Value.ToString().Contains("description", StringComparison.Ordinal), $"{property.Name} has no description."));
    }

    private static JsonSerializerOptions Pretty { get; } = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private async Task<JsonElement> DocumentAsync()
    {
        using var document = JsonDocument.Parse(await Dashboard.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), Stop));
        return document.RootElement.Clone();
    }
}
