using Dashboard.Core.Access;

namespace Dashboard.Browser.Tests;

/// <summary>
/// What every journey has in common: people at browsers, and that nothing odd happened to any of them. A console error, an uncaught
/// exception, a script or style the policy refused, a dialog or an executed payload fails the journey it happened in.
/// </summary>
public abstract class Journey : IAsyncLifetime
{
    private readonly List<Visit> visits = [];
    private readonly List<IAsyncDisposable> kept = [];

    static Journey() => SetDefaultExpectTimeout(90_000);

    /// <inheritdoc/>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        var complaints = new List<string>();
        foreach (var visit in visits)
        {
            if (TestContext.Current.TestState?.Result is TestResult.Failed)
            {
                await KeepPictureAsync(visit);
            }

            foreach (var page in visit.Context.Pages.Where(page => page.Url.StartsWith("http", StringComparison.Ordinal)))
            {
                if (await page.EvaluateAsync<bool>("() => '__pwned' in window"))
                {
                    complaints.Add($"Text was executed on {page.Url}.");
                }
            }

            complaints.AddRange(visit.Complaints);
            await visit.DisposeAsync();
        }

        foreach (var one in Enumerable.Reverse(kept))
        {
            await one.DisposeAsync();
        }

        GC.SuppressFinalize(this);
        Assert.Empty(complaints);
    }

    /// <summary>Ends with the journey, after everybody has left their browser.</summary>
    protected T Keep<T>(T one)
        where T : IAsyncDisposable
    {
        kept.Add(one);
        return one;
    }

    /// <summary>Somebody sits down at a browser of their own.</summary>
    protected async Task<Visit> VisitAsync(BrowserNewContextOptions? options = null)
    {
        var visit = await (await Kit.Browser.SharedAsync()).VisitAsync(options);
        visits.Add(visit);
        return visit;
    }

    /// <summary>Somebody logs in and arrives at a page that is live.</summary>
    protected async Task<Visit> OpenAsync(RunningDashboard dashboard, string page, BrowserNewContextOptions? options = null, Role role = Role.Operator)
    {
        ArgumentNullException.ThrowIfNull(dashboard);
        var visit = await VisitAsync(options);
        await visit.Page.GotoAsync(dashboard.LoginUrl(page, role).AbsoluteUri);
        await visit.Page.LiveAsync();
        return visit;
    }

    /// <summary>A picture of the whole page for whoever wants to look at it: <c>DASHBOARD_SCREENSHOTS</c> names the folder; without it none is made.</summary>
    protected static async Task PictureAsync(IPage page, string name)
    {
        ArgumentNullException.ThrowIfNull(page);
        if (Environment.GetEnvironmentVariable("DASHBOARD_SCREENSHOTS") is { } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = true, Animations = ScreenshotAnimations.Disabled });
        }
    }

    private static async Task KeepPictureAsync(Visit visit)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "failed");
        var name = string.Concat((TestContext.Current.Test?.TestDisplayName ?? "journey").Where(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.'));
        try
        {
            await visit.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png") });
            await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.html"), await visit.Page.ContentAsync());
        }
        catch (PlaywrightException)
        {
            // A page that is gone has no picture; the failure itself is told anyway.
        }
    }
}

/// <summary>What is asked of any page.</summary>
internal static class PageReading
{
    /// <summary>Waits until the page answers to a person: what it shows is from a circuit, not from the first paint.</summary>
    public static Task LiveAsync(this IPage page) =>
        page.Locator("main[data-ready]").WaitForAsync(new() { State = WaitForSelectorState.Attached });

    /// <summary>The row of a job in the list, found by its exact name.</summary>
    public static ILocator Job(this IPage page, string name) =>
        page.GetByRole(AriaRole.Row).Filter(new() { Has = page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }) });
}
