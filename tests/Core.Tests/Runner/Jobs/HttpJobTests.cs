using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Dashboard.Core.Runner;
using Dashboard.Core.Runner.Jobs;

namespace Dashboard.Core.Tests.Runner.Jobs;

public sealed class HttpJobTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<(string Method, string Path, string Body, string? Slot, string? Key)> calls = new();
    private readonly TaskCompletionSource over = new();
    private HttpListener server = null!;
    private Task serving = Task.CompletedTask;
    private string address = "";

    public ValueTask InitializeAsync()
    {
        for (var tries = 0; ; tries++)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            address = $"127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
            probe.Stop();
            server = new HttpListener { Prefixes = { $"http://{address}/" } };
            try
            {
                server.Start();
                break;
            }
            catch (HttpListenerException) when (tries < 10)
            {
                // Somebody else was quicker to take the port.
            }
        }

        serving = ServeAsync();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        over.SetResult();
        server.Close();
        await serving;
    }

    [Fact]
    public async Task A_call_is_made_with_its_method_body_and_headers_and_told_its_slot()
    {
        await RunAsync("/ok", "method = post", "body = '{\"a\": 1}'", "content_type = application/json", "[[[headers]]]", "X-Key = key of mine");
        Assert.Equal(("POST", "/ok", "{\"a\": 1}", "2014-09-04T07:00:00Z", "key of mine"), Assert.Single(calls));
    }

    [Fact]
    public async Task Another_status_than_expected_is_a_failure_with_the_end_of_the_answer()
    {
        var failure = await FailsAsync("/broken?token=hidden");
        Assert.Equal($"HTTP 503 Service Unavailable from http://{address}/broken, expected 200-299\nanswer:\nno more connections, password=•••", failure.Message);
        await RunAsync("/broken", "expected_status = 200, 500-503");
        Assert.Contains("expected 204", (await FailsAsync("/ok", "expected_status = 204")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_followed_on_the_same_host_and_nowhere_else()
    {
        await RunAsync("/moved");
        Assert.Equal(["/moved", "/ok"], calls.Select(call => call.Path));
        var failure = await FailsAsync("/elsewhere");
        Assert.Equal($"HTTP 302 from http://{address}/elsewhere: a redirect to another host, http://localhost:1, is not followed", failure.Message);
        Assert.Contains("more than 5 redirects", (await FailsAsync("/round")).Message, StringComparison.Ordinal);
        Assert.StartsWith("HTTP 302", (await FailsAsync("/moved", "method = POST")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_in_time_is_a_failure()
    {
        var failure = await FailsAsync("/never", "timeout = 0.2");
        Assert.Equal($"timed out: no whole answer from http://{address}/never within 0.2 s", failure.Message);
    }

    [Fact]
    public async Task Nobody_there_is_told_with_the_systems_own_words()
    {
        var job = Job("http://127.0.0.1:1/");
        var text = RunFailure.Of(await Assert.ThrowsAsync<HttpRequestException>(() => job.Body.RunAsync(Runs.Of("call"), TestContext.Current.CancellationToken)));
        Assert.Equal("<class 'System.Net.Http.HttpRequestException'>", text.Type);
        Assert.Contains("Connection refused", text.Error.Value, StringComparison.Ordinal);
        Assert.Contains("\n ---> System.Net.Sockets.SocketException: Connection refused\n   at ", text.Traceback, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("url = ftp://host/", "url = https://host/path")]
    [InlineData("url = http://h/\nmethod = BREW", "GET, HEAD, POST, PUT, PATCH or DELETE")]
    [InlineData("url = http://h/\nexpected_status = 200-100", "statuses and ranges of them with commas between: 200, 204 or 200-299")]
    [InlineData("url = http://h/\ntimeout = 3 weeks", "seconds, or a number with s, m or h: 90, 90s, 15m, 2h; at most a week")]
    [InlineData("url = http://h/\ncontent_type = nothing at all", "a media type: application/json")]
    public void What_is_wrong_with_a_call_is_said_when_it_is_configured(string options, string expected)
    {
        using var services = Runs.Services();
        var read = RunnerJobs.ReadText($"[crontabber]\njobs='''call|1h'''\n[[class-call]]\nkind = http\n{options}\n", "x.ini", new JobClasses(), services);
        Assert.Empty(read.Jobs);
        Assert.Equal(expected, Assert.Single(read.Faults).Expected);
    }

    private static RunnerJob Job(string url, params string[] options) =>
        Runs.One($"[crontabber]\njobs='''call|1h'''\n[[class-call]]\nkind = http\nurl = {url}\n{string.Join('\n', options)}\n", Runs.Services());

    private Task RunAsync(string path, params string[] options) =>
        Job($"http://{address}{path}", options).Body.RunAsync(Runs.Of("call", Runs.Slot), TestContext.Current.CancellationToken);

    private Task<HttpJobException> FailsAsync(string path, params string[] options) => Assert.ThrowsAsync<HttpJobException>(() => RunAsync(path, options));

    private async Task ServeAsync()
    {
        List<Task> answers = [];
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await server.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                break;
            }

            answers.Add(AnswerAsync(context));
        }

        await Task.WhenAll(answers);
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        using var reader = new StreamReader(request.InputStream);
        calls.Enqueue((request.HttpMethod, request.Url!.AbsolutePath, await reader.ReadToEndAsync(), request.Headers["Crontabber-Slot"], request.Headers["X-Key"]));
        var text = "fine";
        switch (request.Url.AbsolutePath)
        {
            case "/broken":
                (response.StatusCode, text) = (503, "no more connections, password=hidden");
                break;
            case "/moved":
                response.Redirect($"http://{address}/ok");
                break;
            case "/round":
                response.Redirect("/round");
                break;
            case "/elsewhere":
                response.Redirect("http://localhost:1/");
                break;
            case "/never":
                await over.Task;
                break;
        }

        try
        {
            await response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(text));
            response.Close();
        }
        catch (Exception gone) when (gone is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // The caller has given up.
        }
    }
}
