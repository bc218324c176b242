using System.Net;
using System.Net.Sockets;
using System.Text;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Http;

namespace Dashboard.Core.Tests.Stores;

public sealed class HttpPostStoreTests : IAsyncDisposable
{
    private static readonly ExecutorOptions Soon = new() { TransactionExecutorClass = "TransactionExecutorWithLimitedBackoff", BackoffDelays = "0, 0, 0" };
    private readonly CrashId id = CrashId.New(SampleCrashes.Day);
    private readonly HttpListener collector;
    private readonly List<string> received = [];
    private readonly Queue<(int Status, string Text)> answers = [];
    private readonly Uri address;
    private readonly Task serving;

    public HttpPostStoreTests()
    {
        (collector, address) = Listen();
        serving = ServeAsync();
    }

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        collector.Close();
        await serving;
    }

    [Fact]
    public async Task A_crash_is_sent_as_a_crashing_program_sends_it()
    {
        answers.Enqueue((200, $"CrashID=bp-{id}\n"));
        await using var store = new HttpPostStore("storage3", address, StoreContext.Silent, Soon);

        await store.SaveRawCrashAsync(RawCrash.Parse("""{"ProductName":"Firefox","legacy_processing":0,"a\"b":"c"}"""), SampleCrashes.Dumps, id, Now);

        var form = Assert.Single(received);
        Assert.Contains("name=\"ProductName\"\r\n\r\nFirefox\r\n", form, StringComparison.Ordinal);
        Assert.Contains("name=\"legacy_processing\"\r\n\r\n0\r\n", form, StringComparison.Ordinal);
        Assert.Contains("name=\"a%22b\"\r\n\r\nc\r\n", form, StringComparison.Ordinal);
        Assert.Contains($"name=\"uuid\"\r\n\r\n{id}\r\n", form, StringComparison.Ordinal);
        Assert.Contains("name=\"upload_file_minidump\";", form, StringComparison.Ordinal);
        Assert.Contains("MDMP of flash", form, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_is_busy_is_asked_again_with_all_of_the_crash()
    {
        answers.Enqueue((503, "busy"));
        answers.Enqueue((200, $"CrashID=bp-{id}\n"));
        await using var store = new HttpPostStore("storage3", address, StoreContext.Silent, Soon);

        await store.SaveRawCrashAsync(SampleCrashes.Raw, SampleCrashes.Dumps, id, Now);

        Assert.Equal(2, received.Count);
        Assert.All(received, form => Assert.Contains("MDMP the first", form, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(400, "Discarded=malformed", typeof(HttpRequestException))]
    [InlineData(200, "<html>Welcome</html>", typeof(StoreMisconfiguredException))]
    public async Task What_no_other_attempt_can_heal_is_raised_at_once(int status, string text, Type failure)
    {
        answers.Enqueue((status, text));
        await using var store = new HttpPostStore("storage3", address, StoreContext.Silent, Soon);

        await Assert.ThrowsAsync(failure, async () => await store.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, id, Now));

        Assert.Single(received);
    }

    [Fact]
    public async Task Without_dumps_in_hand_nothing_is_sent()
    {
        await using var store = new HttpPostStore("storage3", address, StoreContext.Silent, Soon);

        await store.SaveRawAndProcessedAsync(SampleCrashes.Raw, null, SampleCrashes.Processed(id), id, Now);

        Assert.Empty(received);
    }

    private static (HttpListener Collector, Uri Address) Listen()
    {
        while (true)
        {
            using var free = new TcpListener(IPAddress.Loopback, 0);
            free.Start();
            var address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
            free.Stop();
            var listener = new HttpListener { Prefixes = { address } };
            try
            {
                listener.Start();
                return (listener, new Uri(address + "submit"));
            }
            catch (HttpListenerException)
            {
                // Somebody else was quicker: another port.
            }
        }
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var asked = await collector.GetContextAsync();
                using var body = new StreamReader(asked.Request.InputStream, Encoding.Latin1);
                received.Add(await body.ReadToEndAsync(CancellationToken.None));
                var (status, text) = answers.Dequeue();
                asked.Response.StatusCode = status;
                asked.Response.OutputStream.Write(Encoding.UTF8.GetBytes(text));
                asked.Response.Close();
            }
        }
        catch (Exception over) when (over is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
