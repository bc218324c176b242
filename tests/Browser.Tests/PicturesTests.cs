namespace Dashboard.Browser.Tests;

/// <summary>
/// Pictures of every page, light, dark and on a phone. <c>DASHBOARD_SCREENSHOTS</c> names the folder they are kept in; without it they are
/// only looked at for having something on them.
/// </summary>
public sealed class PicturesTests(DemoDashboard demo) : Journey, IClassFixture<DemoDashboard>
{
    [Theory]
    [InlineData("now", "/")]
    [InlineData("jobs", "/jobs")]
    [InlineData("job", "/jobs/adu-matview")]
    [InlineData("failures", "/failures")]
    [InlineData("backfill", "/backfill")]
    [InlineData("graph", "/graph")]
    [InlineData("retries", "/retries")]
    [InlineData("access", "/settings/access")]
    [InlineData("activity", "/activity")]
    public async Task Every_page_has_its_picture_light_dark_and_on_a_phone(string name, string address)
    {
        var folder = Environment.GetEnvironmentVariable("DASHBOARD_SCREENSHOTS");
        foreach (var (look, theme, width, height) in ((string, ColorScheme, int, int)[])[("light", ColorScheme.Light, 1280, 800), ("dark", ColorScheme.Dark, 1280, 800), ("phone", ColorScheme.Light, 390, 844)])
        {
            await PictureAsync(folder is null ? null : Path.Combine(folder, $"{name}-{look}.png"), address, theme, width, height);
        }
    }

    private async Task PictureAsync(string? file, string address, ColorScheme theme, int width, int height)
    {
        var visit = await OpenAsync(demo.Dashboard, address, new() { ColorScheme = theme, ViewportSize = new() { Width = width, Height = height }, ReducedMotion = ReducedMotion.Reduce });
        var picture = await visit.Page.ScreenshotAsync(new() { Path = file, Animations = ScreenshotAnimations.Disabled });

        // An empty page compresses to next to nothing.
        Assert.InRange(picture.Length, 8_000, 2_000_000);
    }
}
