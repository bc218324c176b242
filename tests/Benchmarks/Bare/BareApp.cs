using Npgsql;

namespace Dashboard.Benchmarks.Bare;

/// <summary>
/// The shortest way from a commit to a pixel that this stack has: one reader of changes, one page, a plain loop, nothing else.
/// What the dashboard adds to it is what the <c>live</c> bench measures. Runs as a process of its own.
/// </summary>
internal static class BareApp
{
    // All of the row a page shows goes into the notification, so that nothing has to be read again.
    private const string TriggerSql = """
        create function bare_changed() returns trigger language plpgsql as $$
        begin
          perform pg_notify('bare', new.app_name || '|' || (new.last_error->>'value'));
          return null;
        end $$;
        create trigger bare_changed after update on crontabber for each row execute function bare_changed();
        """;

    private const string PublicationSql = """
        alter table crontabber alter column app_name set not null;
        alter table crontabber replica identity using index crontabber_unique_app_name_idx;
        create publication bare for table crontabber;
        """;

    /// <summary>Prepares a database of the bench for one of its two ways: <c>notify</c> or <c>logical</c>.</summary>
    public static Task InstallAsync(string connectionString, string capture) =>
        SampleData.ExecuteAsync(connectionString, capture == "notify" ? TriggerSql : PublicationSql);

    /// <summary>The program: <c>bare URL CAPTURE CONNECTION</c>, or <c>bare URL</c> for a page without any data.</summary>
    public static async Task RunAsync(string[] arguments)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            ApplicationName = typeof(BareApp).Assembly.GetName().Name,
            EnvironmentName = Environments.Production,
        });
        builder.WebHost.UseStaticWebAssets().UseUrls(arguments[0]);
        builder.Logging.ClearProviders();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        var feed = new BareFeed();
        builder.Services.AddSingleton(feed);
        var app = builder.Build();
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapRazorComponents<BareRoot>().AddInteractiveServerRenderMode();
        if (arguments.Length > 2)
        {
            await feed.LoadAsync(arguments[2], app.Lifetime.ApplicationStopping);
            _ = arguments[1] == "notify"
                ? feed.ListenAsync(arguments[2], app.Lifetime.ApplicationStopping)
                : feed.DecodeAsync(arguments[2], app.Lifetime.ApplicationStopping);
        }

        await app.RunAsync();
    }
}
