using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dashboard.Core.Sources;
using Dashboard.Kit;

namespace Dashboard.Core.Tests.Actions;

/// <summary>The double of Socorro's <c>cronrun</c> does what the real one was recorded to do.</summary>
public sealed partial class CronrunTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_called_for_the_moments_the_real_one_was_called_for()
    {
        using var vectors = JsonDocument.Parse(await Fixtures.TextAsync("vectors", "socorro-run-times-vectors.json", Token));
        var held = 0;
        foreach (var vector in vectors.RootElement.GetProperty("cases").EnumerateArray())
        {
            var spec = vector.GetProperty("job_spec");
            var frequency = Text(spec, "frequency") ?? "1d";
            if (Text(vector, "error") is not null || !Plain().IsMatch(frequency) || (Text(spec, "time") is { } time && !Hour().IsMatch(time)))
            {
                // What the real one refuses never comes to a tick.
                continue;
            }

            var job = new CronSpec("x", frequency, Text(spec, "time"), spec.TryGetProperty("backfill", out var backfills) && backfills.GetBoolean());
            Assert.Equal(vector.GetProperty("expected_runs").EnumerateArray().Select(run => Moment(run.GetString())!.Value), Cronrun.RunTimes(job, Moment(Text(vector, "last_success")), Moment(Text(vector, "now"))!.Value));
            held++;
        }

        Assert.InRange(held, 50, int.MaxValue);
    }

    /// <summary>As recorded in the log of its three bad days: one failure at 04:00, then ticks that find nothing to do, and the next day's moment.</summary>
    [Fact]
    public async Task A_date_that_failed_is_gone_and_every_tick_until_the_next_one_finds_nothing_to_do()
    {
        await using var observed = await Observing.NewAsync(flavour: Flavour.Socorro);
        await observed.ExecuteAsync("insert into cron_job (app_name, next_run, last_success, error_count) values ('verifyprocessed', '2026-11-12 04:00Z', '2026-11-11 04:00Z', 0)");
        var cron = new Cronrun(observed.Source.Database, new CronSpec("verifyprocessed", "1d", "04:00", Backfills: true));
        var four = new DateTimeOffset(2026, 11, 12, 4, 0, 0, TimeSpan.Zero);

        Assert.Equal([new CronCall("verifyprocessed", four, Failed: true)], await cron.TickAsync(four.AddSeconds(2), _ => true));
        for (var tick = 1; tick < 48; tick++)
        {
            Assert.Empty(await cron.TickAsync(four.AddSeconds(2).AddMinutes(30 * tick)));
        }

        Assert.Equal([new CronCall("verifyprocessed", four.AddDays(1))], await cron.TickAsync(four.AddDays(1).AddSeconds(2)));
        Assert.Equal("2026-11-14 04:00:00+00 0", await observed.ScalarAsync<string>("select next_run::text || ' ' || error_count from cron_job"));
    }

    [Theory]
    [InlineData("2026-11-12 02:00:00", false)]
    [InlineData("2026-11-12 01:59:59", true)]
    [InlineData("2026-11-11 03:00:00", false)]
    [InlineData("2026-11-12 04:00:01", true)]
    public void A_lock_is_taken_over_after_two_hours_and_is_young_again_after_a_day(string locked, bool old) =>
        Assert.Equal(old, Cronrun.IsOld(Moment(locked)!.Value, Moment("2026-11-12 04:00:00")!.Value));

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset? Moment(string? text) => text is null ? null : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    [GeneratedRegex("^[1-9][0-9]{0,4}[dhm]$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Plain();

    [GeneratedRegex("^([01][0-9]|2[0-3]):[0-5][0-9]$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Hour();
}
