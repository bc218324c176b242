using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Dashboard.Kit;

/// <summary>
/// One real Chromium for a test process: the system's own, driven by Playwright. <c>DASHBOARD_CHROMIUM</c> names another one.
/// A machine without a browser fails the journeys and says what to install.
/// </summary>
public sealed class Browser : IAsyncDisposable
{
    private static readonly Lazy<Task<Browser>> Started = new(StartAsync);
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    private readonly IPlaywright driver;
    private readonly IBrowser browser;

    private Browser(IPlaywright driver, IBrowser browser)
    {
        this.driver = driver;
        this.browser = browser;
    }

    /// <summary>The browser all journeys of this process share; each visit has a profile of its own in it.</summary>
    public static Task<Browser> SharedAsync() => Started.Value;

    /// <summary>A browser nobody shares.</summary>
    public static async Task<Browser> StartAsync()
    {
        var program = Program();
        var driver = await Playwright.CreateAsync();
        string[] quiet =
        [
            "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows",
        ];
        var browser = await driver.Chromium.LaunchAsync(new()
        {
            ExecutablePath = program,

            // Chromium's sandbox refuses to work for root; everybody else keeps it.
            Args = Environment.UserName == "root" ? [.. quiet, "--no-sandbox"] : quiet,
        });
        return new Browser(driver, browser);
    }

    /// <summary>A person sits down: a fresh profile with one empty page.</summary>
    public async Task<Visit> VisitAsync(BrowserNewContextOptions? options = null)
    {
        var context = await browser.NewContextAsync(options ?? new());
        context.SetDefaultTimeout(90_000);
        return await Visit.InAsync(context);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        driver.Dispose();
    }

    private static string Program()
    {
        var named = Environment.GetEnvironmentVariable("DASHBOARD_CHROMIUM");
        if (!string.IsNullOrEmpty(named))
        {
            return File.Exists(named) ? named : throw new InvalidOperationException($"DASHBOARD_CHROMIUM names {named}, which does not exist.");
        }

        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return Names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("No Chromium found; run: apt-get install chromium fonts-dejavu-core, or set DASHBOARD_CHROMIUM.");
    }
}

/// <summary>One person at a browser, and everything the browser complained about while they were there.</summary>
public sealed class Visit : IAsyncDisposable
{
    // Before any script of the page: what the content security policy refused is written where a journey can read it.
    private const string WatchScript = """
        document.addEventListener('securitypolicyviolation', e =>
          console.error(`refused by policy: ${e.effectiveDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber} ${e.sample}`));
        """;

    private readonly ConcurrentQueue<string> complaints = new();
    private readonly List<string> expected = [];

    private Visit(IBrowserContext context, IPage page)
    {
        Context = context;
        Page = page;
    }

    /// <summary>The profile: cookies, theme, further pages.</summary>
    public IBrowserContext Context { get; }

    /// <summary>The first page.</summary>
    public IPage Page { get; }

    /// <summary>Console errors and warnings, uncaught exceptions, refused scripts and styles, dialogs; without those this journey provokes on purpose.</summary>
    public IReadOnlyList<string> Complaints =>
        [.. complaints.Where(complaint => !expected.Exists(part => complaint.Contains(part, StringComparison.Ordinal)))];

    /// <summary>Complaints with this text in them belong to the journey: it cuts a connection, or is refused.</summary>
    public void Expect(string part) => expected.Add(part);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Context.DisposeAsync();

    internal static async Task<Visit> InAsync(IBrowserContext context)
    {
        await context.AddInitScriptAsync(WatchScript);
        var visit = new Visit(context, await context.NewPageAsync());
        visit.Listen(visit.Page);
        context.Page += (_, page) => visit.Listen(page);
        return visit;
    }

    private void Listen(IPage page)
    {
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                complaints.Enqueue($"{message.Type} on {page.Url}: {message.Text}");
            }
        };
        page.Request += (_, request) =>
        {
            // Nothing of a page comes from elsewhere: no network of a delivery service, no font, no counter.
            if (Uri.TryCreate(request.Url, UriKind.Absolute, out var asked) && asked.Scheme is ("http" or "https" or "ws" or "wss") && !asked.IsLoopback)
            {
                complaints.Enqueue($"request of {page.Url} to {request.Url}");
            }
        };
        page.PageError += (_, error) => complaints.Enqueue($"uncaught on {page.Url}: {error}");
        page.Dialog += async (_, dialog) =>
        {
            complaints.Enqueue($"dialog on {page.Url}: {dialog.Message}");
            await dialog.DismissAsync();
        };
    }
}
