using System.Net;
using Dashboard.Core.Access;
using Dashboard.Core.Database;
using Dashboard.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Security;

public sealed class ApiKeyTests(SharedDashboard shared)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RunningDashboard Dashboard => shared.Running;

    private ApiKeyQueries Keys => Dashboard.Services.GetRequiredService<ApiKeyQueries>();

    [Fact]
    public async Task A_key_opens_the_api_in_either_header_and_nowhere_in_the_address()
    {
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("Authorization", $"Bearer {Dashboard.Key}"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("X-Api-Key", Dashboard.Key));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("X-Nothing", "1", $"/api/v1/sources?access_token={Dashboard.Key}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer cdk_")]
    [InlineData("Bearer cdk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Basic YWRtaW46YWRtaW4=")]
    public async Task Anything_else_is_refused_with_problem_details(string authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/sources");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        request.Headers.TryAddWithoutValidation("Accept", "text/html");
        using var answer = await Dashboard.Anonymous.SendAsync(request, Stop);

        Assert.Equal((HttpStatusCode.Unauthorized, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task A_revoked_key_stops_working_and_its_name_is_free_again()
    {
        var name = $"revoked-{Guid.NewGuid():N}";
        var key = (await Keys.CreateAsync(name, "viewer", null, "a test", Stop))!.Text;
        Assert.Null(await Keys.CreateAsync(name, "viewer", null, "a test", Stop));
        await UntilAsync(HttpStatusCode.OK, key);

        Assert.True(await Keys.RevokeAsync(name, "a test", Stop));
        Assert.False(await Keys.RevokeAsync(name, "a test", Stop));
        await UntilAsync(HttpStatusCode.Unauthorized, key);

        Assert.NotNull(await Keys.CreateAsync(name, "viewer", null, "a test", Stop));
    }

    [Fact]
    public async Task An_expired_key_does_not_work()
    {
        var key = (await Keys.CreateAsync($"expired-{Guid.NewGuid():N}", "viewer", TimeSpan.FromSeconds(-1), "a test", Stop))!.Text;
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("X-Api-Key", key));
    }

    [Fact]
    public async Task What_is_kept_of_a_key_does_not_open_anything_and_says_when_it_was_used()
    {
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("X-Api-Key", Dashboard.Key));
        await using var command = Dashboard.Services.GetRequiredService<OwnDatabase>().Source.CreateCommand("select string_agg(api_key::text, ' ') from dashboard.api_key");
        var rows = (string)(await command.ExecuteScalarAsync(Stop))!;
        Assert.DoesNotContain(Dashboard.Key, rows, StringComparison.Ordinal);

        var mine = (await Keys.AllAsync(Stop)).Single(key => key.Hash.AsSpan().SequenceEqual(Secret.HashOf(Dashboard.Key)));
        Assert.NotNull(mine.LastUsedAt);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("X-Api-Key", Convert.ToHexStringLower(mine.Hash)));
    }

    [Fact]
    public void A_secret_has_256_bits_and_does_not_show_itself()
    {
        var secrets = Enumerable.Range(0, 1_000).Select(_ => Secret.Create("cdk_")).ToList();
        Assert.Equal(1_000, secrets.Select(secret => secret.Text).Distinct(StringComparer.Ordinal).Count());
        Assert.All(secrets, secret => Assert.Equal(4 + 43, secret.Text.Length));
        Assert.Equal("(secret)", secrets[0].ToString());
    }

    // Keys are read anew every two seconds.
    private async Task UntilAsync(HttpStatusCode expected, string key)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(RunningDashboard.Deadline);
        while (await StatusAsync("X-Api-Key", key) != expected)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, deadline.Token);
        }
    }

    private async Task<HttpStatusCode> StatusAsync(string header, string value, string path = "/api/v1/sources")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add(header, value);
        using var answer = await Dashboard.Anonymous.SendAsync(request, Stop);
        return answer.StatusCode;
    }
}
