using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Dashboard.Browser.Tests;

/// <summary>
/// A site that is not ours, with a page that makes whoever looks at it send everything a page can send: forms of each kind that submit themselves, fetches with and
/// without leave, beacons, pictures, frames and sockets. On 127.0.0.1 it is of the dashboard's own site, for cookies know no ports; as localhost it is of another.
/// </summary>
internal sealed class ForeignSite : IAsyncDisposable
{
    private const string Page = """
        <!doctype html><title>You have won</title><body><script src="attack.js"></script></body>
        """;

    // One request after the other, each known to have ended: by the load of its frame, by its promise, or by its error.
    private const string Attack = """
        (async () => {
          const { dashboard, wishes, fields, json } = await (await fetch('wishes.json')).json();
          const ended = element => new Promise(done => { element.onload = element.onerror = done; });
          const frame = async () => {
            const made = document.createElement('iframe');
            made.name = `f${Math.random()}`;
            document.body.append(made);
            return made;
          };
          const submit = async (action, enctype, inputs) => {
            const target = await frame();
            const form = document.createElement('form');
            Object.assign(form, { method: 'post', action, enctype, target: target.name });
            for (const [name, value] of Object.entries(inputs)) {
              form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
            }
            document.body.append(form);
            const over = ended(target);
            form.submit();
            await over;
            form.remove();
            target.remove();
          };
          const tried = async promise => { try { await promise; } catch { /* refused before it was sent, or its answer withheld */ } };
          const text = JSON.stringify(json);
          for (const { method, address } of wishes) {
            const url = dashboard + address;
            if (method === 'POST') {
              await submit(url, 'application/x-www-form-urlencoded', fields);
              await submit(url, 'multipart/form-data', fields);
              await submit(url, 'text/plain', { [`${text.slice(0, -1)},"x":"`]: '"}' });
              await tried(fetch(url, { method, mode: 'no-cors', credentials: 'include', body: text }));
              await tried(fetch(url, { method, mode: 'no-cors', credentials: 'include', body: new URLSearchParams(fields) }));
              navigator.sendBeacon(url, new Blob([text], { type: 'text/plain' }));
            }
            await tried(fetch(url, { method, credentials: 'include', headers: { 'content-type': 'application/json', 'x-requested-with': 'fetch' }, body: text }));
            const picture = new Image();
            const seen = ended(picture);
            picture.src = url;
            await seen;
          }
          for (const path of ['/_blazor', '/hubs/live']) {
            const socket = new WebSocket(dashboard.replace('http', 'ws') + path);
            await new Promise(done => { socket.onopen = () => { window.opened = path; done(); }; socket.onerror = done; });
          }
          window.done = true;
        })();
        """;

    private readonly WebApplication application;

    private ForeignSite(WebApplication application) => this.application = application;

    /// <summary>Its page, of the dashboard's own site but of another origin.</summary>
    public Uri SameSite => new(application.Urls.Single());

    /// <summary>The same page, of another site.</summary>
    public Uri OtherSite => new UriBuilder(SameSite) { Host = "localhost" }.Uri;

    /// <summary>Starts one.</summary>
    /// <param name="dashboard">What is attacked, without a slash at the end.</param>
    /// <param name="wishes">Everything that is asked of it.</param>
    /// <param name="fields">What its forms say.</param>
    /// <param name="json">What its bodies of JSON say.</param>
    public static async Task<ForeignSite> StartAsync(string dashboard, IReadOnlyList<(string Method, string Address)> wishes, IReadOnlyDictionary<string, string> fields, object json)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        var all = JsonSerializer.Serialize(new { dashboard, wishes = wishes.Select(wish => new { method = wish.Method, address = wish.Address }), fields, json });
        application.MapGet("/", () => Results.Content(Page, "text/html"));
        application.MapGet("/attack.js", () => Results.Content(Attack, "text/javascript"));
        application.MapGet("/wishes.json", () => Results.Content(all, "application/json"));
        await application.StartAsync();
        return new ForeignSite(application);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => application.DisposeAsync();
}
