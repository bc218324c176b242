using Dashboard.Kit;
using Microsoft.Playwright;

namespace Dashboard.Benchmarks;

/// <summary>
/// Notes when a message <c>seq-N-</c> first stands in the DOM of a page. The time is the browser's own, taken in the observer's
/// callback and set against the wall clock by waiting for a tick of it.
/// </summary>
internal sealed class PixelWatch(IPage page)
{
    private const string InstallScript = """
        () => {
          const pattern = /seq-(\d+)-/g;
          window.seenAt = new Map();
          window.redraws = 0;
          new MutationObserver(records => {
            const now = performance.timeOrigin + performance.now();
            window.redraws++;
            for (const record of records) {
              const texts = record.type === 'characterData' ? [record.target.data] : [...record.addedNodes].map(node => node.textContent);
              if (record.type === 'attributes') texts.push(record.target.getAttribute(record.attributeName) ?? '');
              for (const text of texts)
                for (const match of text.matchAll(pattern))
                  if (!window.seenAt.has(+match[1])) window.seenAt.set(+match[1], now);
            }
          }).observe(document.body, { subtree: true, childList: true, characterData: true });
        }
        """;

    private const string InSightScript = """
        () => {
          const names = [];
          const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (texts.nextNode()) {
            const name = texts.currentNode.data.match(/bench-job-\d{4}/);
            const place = name && texts.currentNode.parentElement.getBoundingClientRect();
            if (place && place.top >= 0 && place.bottom <= innerHeight + 600) names.push(name[0]);
          }
          return names;
        }
        """;

    private const string ClockScript = """
        () => {
          const offsets = [];
          for (let i = 0; i < 20; i++) {
            const before = Date.now();
            let after;
            while ((after = Date.now()) === before);
            offsets.push(after - (performance.timeOrigin + performance.now()));
          }
          return Math.max(...offsets);
        }
        """;

    private const string SettledScript = """
        () => new Promise(settled => {
          const quiet = 250;
          let redraws = -1;
          const look = () => {
            if (redraws === window.redraws) return settled();
            redraws = window.redraws;
            setTimeout(look, quiet);
          };
          requestAnimationFrame(() => requestAnimationFrame(look));
        })
        """;

    /// <summary>How far the page's high-resolution clock is behind the wall clock, in milliseconds.</summary>
    public double Behind { get; private set; }

    /// <summary>Begins to watch.</summary>
    public async Task InstallAsync()
    {
        await page.EvaluateAsync(InstallScript);
        Behind = await page.EvaluateAsync<double>(ClockScript);
    }

    /// <summary>The names of the jobs in sight or nearly so: of a long list the rows far out of sight leave the DOM once the browser has said which those are.</summary>
    public async Task<string[]> JobsShownAsync() => [.. (await page.EvaluateAsync<string[]>(InSightScript)).Distinct(StringComparer.Ordinal)];

    /// <summary>Message number → when it was first seen, in milliseconds of the wall clock.</summary>
    public async Task<IReadOnlyDictionary<int, double>> SeenAsync()
    {
        var seen = await page.EvaluateAsync<double[][]>("() => [...window.seenAt]");
        return seen.ToDictionary(pair => (int)pair[0], pair => pair[1] + Behind);
    }

    /// <summary>
    /// Waits until the page, which was behind another, is painted and has been told which of its rows are in sight again: to come to the front redraws a
    /// page, and is no change of the database.
    /// </summary>
    public Task SettledAsync() => page.EvaluateAsync(SettledScript);

    /// <summary>How many times the page was redrawn since the watch began.</summary>
    public Task<int> RedrawsAsync() => page.EvaluateAsync<int>("() => window.redraws");
}

/// <summary>Waiting for a page that answers.</summary>
internal static class Pages
{
    /// <summary>Opens a page and waits until it is interactive.</summary>
    public static async Task OpenAsync(this Visit visit, string url)
    {
        await visit.Page.GotoAsync(url);
        await visit.Page.Locator("[data-ready]").First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
    }
}
