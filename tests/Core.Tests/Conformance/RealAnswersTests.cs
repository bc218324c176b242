using System.Text.Json;
using Dashboard.Core.Conformance;
using Dashboard.Kit;

namespace Dashboard.Core.Tests.Conformance;

/// <summary>Our rules against the recorded answers of the real programs.</summary>
public sealed class RealAnswersTests
{
    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Fixtures.Folder("vectors")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Our_answer_is_the_real_programs(string file)
    {
        var report = await VectorFile.RunAsync(Path.Combine(Fixtures.Folder("vectors"), file), TestContext.Current.CancellationToken);

        Assert.NotEmpty(report.Cases);
        Assert.Equal(string.Empty, string.Join('\n', report.Cases.Where(each => !each.Passed).Select(each => $"{each.Name}: {each.Difference}")));
    }

    [Fact]
    public void All_twelve_kinds_are_here() =>
        Assert.Equal(12, Files.Count);

    [Theory]
    [InlineData("backfill-vectors.json", "expected_runs")]
    [InlineData("dependency-vectors.json", "ok")]
    [InlineData("nagios-vectors.json", "exit_code")]
    [InlineData("next-run-vectors.json", "next_run")]
    [InlineData("ongoing-vectors.json", "outcome")]
    [InlineData("python2-reprs.json", "last_error_value")]
    [InlineData("socorro-run-times-vectors.json", "expected_runs")]
    [InlineData("time-to-run-vectors.json", "time_to_run")]
    [InlineData("timesince-vectors.json", "text")]
    [InlineData("toposort-vectors.json", "order")]
    public async Task An_answer_that_is_not_the_real_programs_is_told(string file, string field)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Fixtures.Folder("vectors"), file), TestContext.Current.CancellationToken);
        var content = System.Text.Json.Nodes.JsonNode.Parse(text)!;
        var changed = 0;
        foreach (var each in content["cases"]!.AsArray())
        {
            if (each![field] is { } answer && Another(answer) is { } another)
            {
                each[field] = another;
                changed++;
            }
        }

        using var json = JsonDocument.Parse(content.ToJsonString());
        var report = VectorFile.Run(json.RootElement, file);

        Assert.True(changed > 0);
        Assert.Equal(changed, report.Failed);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"cases": {}}""")]
    [InlineData("""{"cases": [{"weather": "fine"}]}""")]
    [InlineData("""{"cases": [7]}""")]
    public void A_file_of_another_kind_is_refused_with_its_name(string content)
    {
        using var json = JsonDocument.Parse(content);

        Assert.StartsWith("odd.json: ", Assert.Throws<UnknownVectorsException>(() => VectorFile.Run(json.RootElement, "odd.json")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_case_that_lacks_a_field_fails_by_itself_and_the_others_are_judged()
    {
        using var json = JsonDocument.Parse("""
            {"about": "datetimeutil.timesince", "cases": [
              {"d": "2014-09-05T09:00:29Z", "now": "2014-09-05T09:00:30Z", "text": "1 second"},
              {"d": "2014-09-05T09:00:29Z", "text": "1 second"}]}
            """);

        var report = VectorFile.Run(json.RootElement, "x.json");

        Assert.Equal([true, false], report.Cases.Select(each => each.Passed));
        Assert.Contains("'now'", report.Cases[1].Difference, StringComparison.Ordinal);
    }

    private static System.Text.Json.Nodes.JsonNode? Another(System.Text.Json.Nodes.JsonNode answer) => answer.GetValueKind() switch
    {
        JsonValueKind.True => false,
        JsonValueKind.False => true,
        JsonValueKind.Number => answer.GetValue<int>() + 1,
        JsonValueKind.Array => new System.Text.Json.Nodes.JsonArray([.. answer.AsArray().Select(each => each!.DeepClone()), answer.AsArray().LastOrDefault()?.DeepClone() ?? "2000-01-01T00:00:00Z"]),
        JsonValueKind.String when answer.GetValue<string>() is "taken" or "refused" => answer.GetValue<string>() == "taken" ? "refused" : "taken",
        JsonValueKind.String when DateTimeOffset.TryParse(answer.GetValue<string>(), out var moment) => moment.AddSeconds(1).ToString("O"),
        JsonValueKind.String => answer.GetValue<string>() + "!",
        _ => null,
    };
}
