using System.Net.Http.Headers;
using System.Text.Json;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.Http;

/// <summary>Sends crashes on to a collector, as a crashing program would: the original's <c>HTTPPOSTCrashStorage</c>. Gives nothing back.</summary>
public sealed class HttpPostStore : CrashStore
{
    private readonly Uri address;
    private readonly HttpClient client;
    private readonly StoreRuns<HttpClient> runs;

    /// <summary>A store behind a collector.</summary>
    /// <param name="name">As <see cref="ICrashStore.Name"/>.</param>
    /// <param name="address">The collector's, <c>https://crash-reports.example.org/submit</c>.</param>
    /// <param name="context">Who tells, where, and the clock.</param>
    /// <param name="waits">How it waits; null for the original's way.</param>
    public HttpPostStore(string name, Uri address, StoreContext context, ExecutorOptions? waits = null)
        : base(name)
    {
        this.address = address;
        client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        runs = new StoreRuns<HttpClient>(new HttpResource("collector", client, address), waits ?? StoreWaits.Limited, waits ?? StoreWaits.Limited, context);
    }

    /// <inheritdoc/>
    public override StoreCapabilities Capabilities => StoreCapabilities.SaveRaw;

    /// <summary>The resource by its name, by which its retries are found.</summary>
    public override string Resource => runs.Resource;

    /// <inheritdoc/>
    public override async ValueTask SaveRawCrashAsync(RawCrash raw, Dumps dumps, CrashId id, CancellationToken cancellationToken) => await runs.Save.RunAsync(
        static async (client, save, cancellation) =>
        {
            using var form = new MultipartFormDataContent();
            foreach (var field in save.raw.Root.EnumerateObject().Where(field => field.Name != "uuid"))
            {
                form.Add(new StringContent(field.Value.ValueKind == JsonValueKind.String ? field.Value.GetString()! : field.Value.GetRawText()), FieldName(field.Name));
            }

            form.Add(new StringContent(save.id.Value), FieldName("uuid"));
            foreach (var (name, dump) in save.dumps)
            {
                var content = new StreamContent(dump.OpenRead());
                content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
                form.Add(content, FieldName(DumpName.AsSent(name)), $"{save.id}.{name}.dump");
            }

            using var answer = await client.PostAsync(save.address, form, cancellation);
            answer.EnsureSuccessStatusCode();

            // A collector that took a crash says under which id; anything else that answers 200 is no collector.
            var said = await answer.Content.ReadAsStringAsync(cancellation);
            return said.Contains("CrashID=", StringComparison.Ordinal)
                ? true
                : throw new StoreMisconfiguredException(save.Name, $"{save.address} answers, but not as a collector does");
        },
        (raw, dumps, id, address, Name),
        cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        client.Dispose();
    }

    /// <summary>Without dumps in hand there is nothing to send that was not sent before.</summary>
    protected override ValueTask ReplaceRawAsync(RawCrash raw, CrashId id, CancellationToken cancellationToken) => default;

    // As browsers write names into a form: what would end the name early is written otherwise.
    private static string FieldName(string name) => $"\"{name.Replace("\"", "%22", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal)}\"";
}
