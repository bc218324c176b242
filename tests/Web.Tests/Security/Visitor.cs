using System.Net;

namespace Dashboard.Web.Tests.Security;

/// <summary>A browser without its window: keeps the cookies of every host, follows no redirect by itself.</summary>
internal sealed class Visitor : IDisposable
{
    private readonly SocketsHttpHandler handler = new() { AllowAutoRedirect = false, UseCookies = true, CookieContainer = new CookieContainer() };
    private readonly HttpClient client;

    public Visitor() => client = new HttpClient(handler);

    public CookieContainer Cookies => handler.CookieContainer;

    public async Task<HttpResponseMessage> GetAsync(Uri address, CancellationToken cancellationToken) => await client.GetAsync(address, cancellationToken);

    /// <summary>Follows redirects, across hosts, until a page answers; the addresses on the way.</summary>
    public async Task<(HttpResponseMessage Page, IReadOnlyList<Uri> Way)> FollowAsync(Uri address, CancellationToken cancellationToken)
    {
        var way = new List<Uri>();
        while (true)
        {
            way.Add(address);
            var answer = await client.GetAsync(address, cancellationToken);
            if (answer.Headers.Location is not { } next || way.Count > 10)
            {
                return (answer, way);
            }

            address = new Uri(address, next);
            answer.Dispose();
        }
    }

    public void Dispose()
    {
        client.Dispose();
        handler.Dispose();
    }
}
