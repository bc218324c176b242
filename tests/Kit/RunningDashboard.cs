using System.Globalization;
using System.Net.Http.Headers;
using Dashboard.Core.Access;
using Dashboard.Core.Feeds;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Dashboard.Kit;

/// <summary>A database the dashboard of a test observes.</summary>
/// <param name="Name">As it stands in URLs.</param>
/// <param name="ConnectionString">For the dashboard; <see cref="RunningDashboard.ExecuteAsync"/> uses the same.</param>
/// <param name="Capture">poll, notify or logical; null for the default.</param>
/// <param name="Jobs">The scheduler's configuration; null for none.</param>
/// <param name="Mapping">The names of its classes; null for none.</param>
public sealed record TestSource(string Name, string ConnectionString, string? Capture = null, string? Jobs = null, string? Mapping = null);

/// <summary>The dashboard itself, as it runs for people: a real Kestrel on a free loopback port, with databases of its own.</summary>
public sealed class RunningDashboard : IAsyncDisposable
{
    /// <summary>How long a test waits for something that should happen before it fails.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly Factory factory;
    private readonly IReadOnlyList<TestSource> sources;
    private readonly DirectoryInfo folder;

    private RunningDashboard(Factory factory, IReadOnlyList<TestSource> sources, DirectoryInfo folder)
    {
        this.factory = factory;
        this.sources = sources;
        this.folder = folder;
        Url = new UriBuilder(factory.ClientOptions.BaseAddress) { Host = "127.0.0.1" }.Uri;
        Anonymous = NewClient();
        Client = NewClient();
    }

    /// <summary>Where it listens, <c>http://127.0.0.1:PORT/</c>.</summary>
    public Uri Url { get; }

    /// <summary>A program with an API key. Follows no redirect and keeps no cookie.</summary>
    public HttpClient Client { get; }

    /// <summary>A program without any key. Follows no redirect and keeps no cookie.</summary>
    public HttpClient Anonymous { get; }

    /// <summary>The API key <see cref="Client"/> carries.</summary>
    public string Key { get; private set; } = "";

    /// <summary>What it observes.</summary>
    public IReadOnlyList<TestSource> Sources => sources;

    /// <summary>The services of the running dashboard.</summary>
    public IServiceProvider Services => factory.Services;

    /// <summary>Starts one that observes a new database holding a captured one as source <c>demo</c>: see <see cref="TestPostgres.NewDatabaseAsync"/>.</summary>
    public static async Task<RunningDashboard> StartAsync(string? fixture, string? capture = null)
    {
        var postgres = await TestPostgres.SharedAsync();
        return await StartAsync([new TestSource("demo", await postgres.NewDatabaseAsync(fixture), capture)]);
    }

    /// <summary>Starts one that observes these databases, with an own database unless <paramref name="settings"/> name one.</summary>
    /// <param name="sources">What it observes.</param>
    /// <param name="settings">Further settings, <c>Section:Key</c>.</param>
    /// <param name="services">Replaces services, a clock for instance.</param>
    public static async Task<RunningDashboard> StartAsync(
        IReadOnlyList<TestSource> sources, IReadOnlyDictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null)
    {
        ArgumentNullException.ThrowIfNull(sources);
        var folder = Directory.CreateTempSubdirectory("dashboard-test-data-");
        var all = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase) 
        {
            ["Database:Embedded:Data"] = folder.FullName,

            // A failed test is told with what the process said: only what is worth reading then.
            ["Access:PrintLogin"] = "false",
            ["Logging:LogLevel:Default"] = "Warning",
        };
        for (var i = 0; i < sources.Count; i++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"Sources:{i}");
            all[$"{key}:Name"] = sources[i].Name;
            all[$"{key}:ConnectionString"] = sources[i].ConnectionString;
            all[$"{key}:Capture"] = sources[i].Capture;
            all[$"{key}:Jobs"] = sources[i].Jobs;
            all[$"{key}:Mapping"] = sources[i].Mapping;
        }

        foreach (var (key, value) in settings ?? new Dictionary<string, string?>())
        {
            all[key] = value;
        }

        if (!all.ContainsKey("ConnectionStrings:Dashboard"))
        {
            all["ConnectionStrings:Dashboard"] = await (await TestPostgres.SharedAsync()).NewDatabaseAsync();
        }

        var factory = new Factory(all, services);
        try
        {
            factory.UseKestrel(0);
            factory.StartServer();
        }
        catch
        {
            await factory.DisposeAsync();
            throw;
        }

        var dashboard = new RunningDashboard(factory, sources, folder);
        await dashboard.MakeKeyAsync();
        return dashboard;
    }

    /// <summary>Where a browser logs itself in and arrives at a page; works once.</summary>
    public Uri LoginUrl(string page = "/", Role role = Role.Operator)
    {
        var token = Task.Run(() => Services.GetRequiredService<LoginTokenQueries>().IssueAsync($"the {role.Name()}", role, CancellationToken.None)).GetAwaiter().GetResult();
        return new Uri(Url, $"/login?token={token.Text}&to={Uri.EscapeDataString(page)}");
    }

    /// <summary>What a browser gets that is not logged in, when somebody opens a link in it themselves: no page led there.</summary>
    public async Task<HttpResponseMessage> OpenedAsync(Uri link, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, link) { Headers = { { "Sec-Fetch-Site", "none" } } };
        return await Anonymous.SendAsync(request, cancellationToken);
    }

    /// <summary>A browser without its window: logged in by cookie. Follows no redirect.</summary>
    public async Task<HttpClient> LoggedInAsync(Role role = Role.Operator)
    {
        using var answer = await OpenedAsync(LoginUrl("/", role));
        var cookie = answer.Headers.GetValues("Set-Cookie").Single(value => value.Contains("dashboard=", StringComparison.Ordinal)).Split(';')[0];
        var browser = NewClient();
        browser.DefaultRequestHeaders.Add("Cookie", cookie);
        return browser;
    }

    /// <summary>A program with an API key of its own. A key that is made after others were used is known within two seconds.</summary>
    /// <param name="role">viewer, operator, admin or ingest.</param>
    public async Task<HttpClient> KeyedAsync(string role)
    {
        var secret = await Services.GetRequiredService<ApiKeyQueries>().CreateAsync($"{role} {Guid.NewGuid():N}", role, null, "a test", CancellationToken.None);
        var client = NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret!.Text);
        return client;
    }

    /// <summary>A further client, with its own headers.</summary>
    public HttpClient NewClient() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Url, Timeout = Deadline };

    /// <summary>Runs SQL in an observed database, as its scheduler would.</summary>
    public async Task ExecuteAsync(string sql, string? source = null)
    {
        var target = source is null ? sources[0] : sources.Single(candidate => candidate.Name == source);
        await using var database = NpgsqlDataSource.Create(target.ConnectionString);
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first snapshot of a source that fulfils a condition, the present one included; fails after the <see cref="Deadline"/>.</summary>
    public async Task<T> UntilAsync<T>(string source, Func<T, bool> condition)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(condition);
        using var deadline = new CancellationTokenSource(Deadline);
        var feed = Services.GetRequiredService<SourceFeeds<T>>().Of(source);
        try
        {
            await foreach (var snapshot in feed.WatchAsync(deadline.Token))
            {
                if (condition(snapshot))
                {
                    return snapshot;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Said below, with what stands there instead.
        }

        throw new TimeoutException($"No {typeof(T).Name} of '{source}' was as awaited within {Deadline}; the newest is {feed.Newest}.");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Anonymous.Dispose();
        await factory.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private async Task MakeKeyAsync()
    {
        var secret = await Services.GetRequiredService<ApiKeyQueries>().CreateAsync($"tests-{Guid.NewGuid():N}", "viewer", null, "a test", CancellationToken.None);
        Key = secret?.Text ?? throw new InvalidOperationException("Two keys of one name.");
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
    }

    private sealed class Factory(IReadOnlyDictionary<string, string?> settings, Action<IServiceCollection>? services) : WebApplicationFactory<Program>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment(Environments.Production);
            foreach (var (key, value) in settings)
            {
                if (value is not null)
                {
                    builder.UseSetting(key, value);
                }
            }

            if (services is not null)
            {
                builder.ConfigureServices(services);
            }
        }
    }
}
