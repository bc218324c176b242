using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Dashboard.Core.Failures;

namespace Dashboard.Core.Runner.Jobs;

/// <summary>An HTTP call that was answered otherwise than expected.</summary>
public sealed class HttpJobException : Exception
{
    /// <summary>Says how; secrets are taken out.</summary>
    public HttpJobException(string message)
        : base(Redaction.Of(message))
    {
    }

    /// <inheritdoc/>
    public HttpJobException(string message, Exception cause)
        : base(Redaction.Of(message), cause)
    {
    }

    /// <inheritdoc/>
    public HttpJobException()
    {
    }
}

/// <summary>What a job of the kind <c>http</c> asks, and what it takes for success.</summary>
/// <param name="Method">The method.</param>
/// <param name="Url">The address.</param>
internal sealed record HttpCall(HttpMethod Method, Uri Url)
{
    public string? Body { get; init; }

    public string ContentType { get; init; } = "text/plain; charset=utf-8";

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<(int From, int To)> Expected { get; init; } = [(200, 299)];

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>A job of the kind <c>http</c>: one call. A redirect is followed on the same host only: elsewhere the headers, and so the secrets in them, do not go.</summary>
internal sealed class HttpBody(HttpCall call, TimeProvider clock) : IJobBody
{
    private const int MostRedirects = 5;

    // An answer that goes on for longer than this is judged by its status alone.
    private const long MostRead = 10 * 1024 * 1024;

    private static readonly HttpMessageInvoker Client = new(
        new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.All, PooledConnectionLifetime = TimeSpan.FromMinutes(2) });

    /// <summary>Reads the section; null when something is wrong with it.</summary>
    public static HttpBody? Read(OptionReader options, TimeProvider clock)
    {
        var method = options.Text("method")?.ToUpperInvariant() ?? "GET";
        if (method is not ("GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE"))
        {
            options.Refuse("method", "GET, HEAD, POST, PUT, PATCH or DELETE");
        }

        if (!Uri.TryCreate(options.Text("url"), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            options.Refuse("url", "url = https://host/path");
        }

        List<(int, int)> expected = [];
        foreach (var part in options.List("expected_status") ?? ["200-299"])
        {
            var ends = part.Split('-', StringSplitOptions.TrimEntries);
            if (ends.Length <= 2 && Status(ends[0]) is { } from && Status(ends[^1]) is { } to && from <= to)
            {
                expected.Add((from, to));
            }
            else
            {
                options.Refuse("expected_status", "statuses and ranges of them with commas between: 200, 204 or 200-299");
                break;
            }
        }

        var headers = options.Map("headers");
        foreach (var (name, value) in headers)
        {
            using var probe = new HttpRequestMessage();
            if (!TryAdd(probe, name, value))
            {
                options.Refuse("headers", $"the header '{name}'", "a name and a value that HTTP allows; of the body's own headers give content_type");
            }
        }

        var content = options.Text("content_type") ?? "text/plain; charset=utf-8";
        if (!MediaTypeHeaderValue.TryParse(content, out _))
        {
            options.Refuse("content_type", "a media type: application/json");
        }

        var call = new HttpCall(new HttpMethod(method), url ?? new Uri("http://localhost"))
        {
            Body = options.Value("body")?.Text,
            ContentType = content,
            Headers = headers,
            Expected = expected,
            Timeout = options.Length("timeout", TimeSpan.FromSeconds(60)),
        };
        return options.Failed ? null : new HttpBody(call, clock);
    }

    /// <inheritdoc/>
    public async Task RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(call.Timeout, clock);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await CallAsync(run, over.Token);
        }
        catch (OperationCanceledException cause) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new HttpJobException($"timed out: no whole answer from {Shown(call.Url)} within {call.Timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s", cause);
        }
    }

    private async Task CallAsync(JobRun run, CancellationToken cancellationToken)
    {
        var (method, url) = (call.Method, call.Url);
        for (var redirects = 0; ; redirects++)
        {
            using var request = Request(method, url, run);
            using var response = await Client.SendAsync(request, cancellationToken);
            var status = (int)response.StatusCode;
            if (call.Expected.Any(range => status >= range.From && status <= range.To))
            {
                // To its end: an answer that breaks off is none.
                await new OutputTail().TakeAsync(await response.Content.ReadAsStreamAsync(cancellationToken), MostRead, cancellationToken);
                return;
            }

            if (Next(response, method, url) is not { } next)
            {
                var tail = new OutputTail();
                await tail.TakeAsync(await response.Content.ReadAsStreamAsync(cancellationToken), MostRead, cancellationToken);
                throw new HttpJobException($"HTTP {status} {response.ReasonPhrase} from {Shown(url)}, expected {Words()}{tail.Titled("answer")}");
            }

            if (next.Scheme != url.Scheme || next.Authority != url.Authority)
            {
                throw new HttpJobException($"HTTP {status} from {Shown(url)}: a redirect to another host, {next.Scheme}://{next.Authority}, is not followed");
            }

            if (redirects == MostRedirects)
            {
                throw new HttpJobException($"HTTP {status} from {Shown(url)}: more than {MostRedirects} redirects");
            }

            (method, url) = (status == 303 ? HttpMethod.Get : method, next);
        }
    }

    // Where a redirect leads, when it is one that the call may follow without becoming another call.
    private static Uri? Next(HttpResponseMessage response, HttpMethod method, Uri url)
    {
        var may = (int)response.StatusCode switch
        {
            301 or 302 => method == HttpMethod.Get || method == HttpMethod.Head,
            303 or 307 or 308 => true,
            _ => false,
        };
        return may && response.Headers.Location is { } location && Uri.TryCreate(url, location, out var next) && next.Scheme is "http" or "https" ? new Uri(url, response.Headers.Location!) : null;
    }

    private HttpRequestMessage Request(HttpMethod method, Uri url, JobRun run)
    {
        var request = new HttpRequestMessage(method, url);
        if (call.Body is { } body && method == call.Method)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(call.ContentType);
        }

        TryAdd(request, "User-Agent", "crontabber-dashboard");
        TryAdd(request, "Crontabber-Job", Uri.EscapeDataString(run.Job));
        TryAdd(request, "Crontabber-Run", Uri.EscapeDataString(run.RunId));
        TryAdd(request, "Crontabber-Slot", JobSlot.Text(run));
        foreach (var (name, value) in call.Headers)
        {
            request.Headers.Remove(name);
            TryAdd(request, name, value);
        }

        return request;
    }

    private static bool TryAdd(HttpRequestMessage request, string name, string value) =>
        !value.AsSpan().ContainsAny('\r', '\n', '\0') && Token(name) && request.Headers.TryAddWithoutValidation(name, value);

    private static bool Token(string name) => name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');

    // What stands behind the question mark is more often a secret than a help.
    private static string Shown(Uri url) => $"{url.Scheme}://{url.Authority}{url.AbsolutePath}";

    private string Words() => string.Join(", ", call.Expected.Select(range =>
        string.Create(CultureInfo.InvariantCulture, $"{range.From}{(range.From == range.To ? "" : $"-{range.To}")}")));

    private static int? Status(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 100 and <= 599 ? status : null;
}
