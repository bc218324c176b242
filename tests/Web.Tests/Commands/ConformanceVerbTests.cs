using System.CommandLine;
using Dashboard.Kit;
using Dashboard.Web.Commands;

namespace Dashboard.Web.Tests.Commands;

public sealed class ConformanceVerbTests
{
    [Fact]
    public async Task All_recorded_answers_agree_and_it_ends_with_0()
    {
        var (code, output, error) = await RunAsync(Fixtures.Folder("vectors"));

        Assert.Equal(string.Empty, error);
        Assert.Matches(@"(?m)^[1-9][0-9]+ passed, 0 failed\s*\z", output);
        Assert.Equal(0, code);
    }

    [Fact]
    public async Task An_answer_that_differs_is_named_and_it_ends_with_1()
    {
        var (code, output, _) = await RunAsync(await FileAsync("""{"cases": [{"d": "2014-09-05T09:00:29Z", "now": "2014-09-05T09:00:30Z", "text": "2 seconds"}]}"""));

        Assert.Contains("FAILED case 1: 2014-09-05T09:00:29Z: the text is '1 second', the real program says '2 seconds'", output, StringComparison.Ordinal);
        Assert.EndsWith("0 passed, 1 failed", output.TrimEnd(), StringComparison.Ordinal);
        Assert.Equal(1, code);
    }

    [Theory]
    [InlineData("""{"cases": [{"weather": "fine"}]}""", "a shape of no kind we know")]
    [InlineData("not JSON", "not JSON")]
    public async Task A_file_of_another_kind_is_told_and_it_ends_with_1(string content, string told)
    {
        var (code, _, error) = await RunAsync(await FileAsync(content));

        Assert.Contains(told, error, StringComparison.Ordinal);
        Assert.Equal(1, code);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_told()
    {
        var (code, _, error) = await RunAsync(Path.Combine(Path.GetTempPath(), "no", "such.json"));

        Assert.Contains("cannot be read", error, StringComparison.Ordinal);
        Assert.Equal(1, code);
    }

    private static async Task<string> FileAsync(string content)
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
        return path;
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string path)
    {
        using StringWriter output = new(), error = new();
        var code = await ConformanceVerb.Create().Parse([path]).InvokeAsync(new InvocationConfiguration { Output = output, Error = error }, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
