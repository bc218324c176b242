using System.Net.Sockets;
using System.Text;
using Dashboard.Kit;

namespace Dashboard.Web.Tests.Security;

/// <summary>Requests as no well-behaved client sends them: smuggled ones are refused and the connection closed, slow ones are cut off, large ones are not read.</summary>
public sealed class RawRequestTests(SharedDashboard shared)
{
    private const string Form = "Content-Type: application/x-www-form-urlencoded\r\n";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RunningDashboard Dashboard => shared.Running;

    /// <summary>Each of these is read differently by some proxy in front: whoever is in doubt has to refuse, or a second request hides in the first.</summary>
    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n", "5;\nxx\r\nhello\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n", "5;a=\nb\r\nhello\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n", "5\nhello\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n", "5\r\nhello\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n", "+5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n", "0x5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n", "ffffffffffffffff1\r\nhello\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked, identity\r\n", "5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: xchunked\r\n", "5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding : chunked\r\n", "5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 5\r\nContent-Length: 6\r\n", "hello!")]
    [InlineData("Content-Length: 5, 5\r\n", "hello")]
    [InlineData("Content-Length: -1\r\n", "")]
    [InlineData("Content-Length: 5\r\nX-Folded: a\r\n b\r\n", "hello")]
    [InlineData("Content-Length: 5\r\nHost: evil.example\r\n", "hello")]
    [InlineData("Content-Length: 5\r\nX-Null: a\0b\r\n", "hello")]
    [InlineData("Content-Length: 5\r\n: nameless\r\n", "hello")]
    public async Task What_could_hide_a_second_request_is_refused_and_the_connection_closed(string headers, string body)
    {
        var answer = await AnswerAsync($"POST /login HTTP/1.1\r\nHost: {Dashboard.Url.Authority}\r\n{Form}{headers}\r\n{body}GET /hidden HTTP/1.1\r\nHost: {Dashboard.Url.Authority}\r\n\r\n");

        Assert.Matches(@"^HTTP/1.1 (4\d\d|501) ", answer);
        Assert.Equal(1, answer.Split("HTTP/1.1 ").Length - 1);
    }

    [Theory]
    [InlineData("GET /login HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /login HTTP/1.1\r\nHost: a b\r\n\r\n", 400)]
    [InlineData("GET /login HTTP/9.9\r\nHost: x\r\n\r\n", 505)]
    [InlineData("GE\0T /login HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("\x16\x03\x01\x02\r\n\r\n", 400)]
    public async Task What_is_no_request_is_refused(string request, int status) => Assert.StartsWith($"HTTP/1.1 {status} ", await AnswerAsync(request), StringComparison.Ordinal);

    [Fact]
    public async Task Headers_and_bodies_that_are_too_large_are_not_read()
    {
        var host = $"Host: {Dashboard.Url.Authority}\r\n";
        Assert.StartsWith("HTTP/1.1 431 ", await AnswerAsync($"GET /login HTTP/1.1\r\n{host}X-Long: {new string('x', 17 * 1024)}\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431 ", await AnswerAsync($"GET /login HTTP/1.1\r\n{host}{string.Concat(Enumerable.Range(0, 60).Select(i => $"X-{i}: 1\r\n"))}\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 414 ", await AnswerAsync($"GET /{new string('x', 9 * 1024)} HTTP/1.1\r\n{host}\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 413 ", await AnswerAsync($"POST /login HTTP/1.1\r\n{host}{Form}Content-Length: 70000\r\n\r\n"), StringComparison.Ordinal);
    }

    /// <summary>Who sends a letter now and then holds no connection for long: the limits of the running server end it, whatever the client does.</summary>
    [Theory]
    [InlineData("GET /login HTTP/1.1\r\nHost: x\r\nX-Slow: ")]
    [InlineData("POST /login HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\ntoken=")]
    public async Task Who_is_slow_is_cut_off(string beginning)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Dashboard.Url.Host, Dashboard.Url.Port, Stop);
        await using var stream = client.GetStream();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(RunningDashboard.Deadline * 2);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(beginning.Replace("{host}", Dashboard.Url.Authority, StringComparison.Ordinal)), deadline.Token);
        var answer = ReadAsync(stream, deadline.Token);
        try
        {
            while (!answer.IsCompleted)
            {
                await Task.WhenAny(answer, Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, deadline.Token));
                await stream.WriteAsync("x"u8.ToArray(), deadline.Token);
            }
        }
        catch (IOException)
        {
            // Closed under our hands, which is what is wanted.
        }

        Assert.StartsWith("HTTP/1.1 408 ", await answer, StringComparison.Ordinal);
    }

    // Everything up to the end of the connection, which the server has to make.
    private async Task<string> AnswerAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Dashboard.Url.Host, Dashboard.Url.Port, Stop);
        await using var stream = client.GetStream();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(RunningDashboard.Deadline);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), deadline.Token);
        return await ReadAsync(stream, deadline.Token);
    }

    private static async Task<string> ReadAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var (text, buffer) = (new StringBuilder(), new byte[4096]);
        try
        {
            while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (IOException)
        {
            // Reset: closed with bytes of ours unread.
        }

        return text.ToString();
    }
}
