using System.Globalization;
using Dashboard.Kit;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Tests.Security;

/// <summary>Circuits that take what they are sent and never say so: little is drawn for them, and nothing is taken from others.</summary>
public sealed class MuteCircuitTests
{
    private const int Mute = 10;
    private const string Page = "/jobs/server-status";

    /// <summary>Some changes are drawn together, the more of them the busier the machine; never so many.</summary>
    private const int MostChanges = 500;

    private const int Further = 5;

    [Fact]
    public async Task Circuits_that_never_acknowledge_are_drawn_ten_batches_each_while_others_see_every_change_and_end_on_the_newest()
    {
        await using var dashboard = await RunningDashboard.StartAsync("crontabber-healthy", "logical");
        using var browser = await dashboard.LoggedInAsync();
        var cookie = browser.DefaultRequestHeaders.GetValues("Cookie").Single();
        var most = dashboard.Services.GetRequiredService<IOptions<CircuitOptions>>().Value.MaxBufferedUnacknowledgedRenderBatches;
        var mute = new List<Circuit>();
        try
        {
            for (var i = 0; i < Mute; i++)
            {
                mute.Add(await Circuit.OpenAsync(dashboard, cookie, Page, acknowledges: false));
                await mute[^1].SeesAsync("server-status");
            }

            await using var honest = await Circuit.OpenAsync(dashboard, cookie, Page);
            await honest.SeesAsync("server-status");
            var change = 0;
            while (mute.Exists(circuit => circuit.Batches < most))
            {
                Assert.InRange(++change, 1, MostChanges);
                await ChangeAsync(dashboard, honest, change);
            }

            // All that is kept for them is kept by now: what happens from here on is not drawn for them.
            for (var more = 0; more < Further; more++)
            {
                await ChangeAsync(dashboard, honest, ++change);
            }

            Assert.All(mute, circuit => Assert.Equal((most, false, false), (circuit.Batches, circuit.IsCut, circuit.Sees(Word(change)))));

            // Who speaks again is shown what is true now, not all that was missed.
            await mute[0].AcknowledgeAsync();
            await mute[0].SeesAsync(Word(change));
            Assert.False(mute[0].Sees(Word(change - 1)));
            Assert.All(mute.Skip(1), circuit => Assert.Equal(most, circuit.Batches));
        }
        finally
        {
            foreach (var circuit in mute)
            {
                await circuit.DisposeAsync();
            }
        }
    }

    // Something new in a row, which somebody who looks at it has seen when this ends.
    private static async Task ChangeAsync(RunningDashboard dashboard, Circuit honest, int number)
    {
        await dashboard.ExecuteAsync($$"""update crontabber set error_count = error_count + 1, last_error = '{"type": "x", "value": "{{Word(number)}}", "traceback": ""}' where app_name = 'server-status'""");
        await honest.SeesAsync(Word(number));
    }

    private static string Word(int number) => string.Create(CultureInfo.InvariantCulture, $"change-{number}-");
}
