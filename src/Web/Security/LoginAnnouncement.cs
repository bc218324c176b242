using Dashboard.Core.Access;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Security;

/// <summary>
/// Says in the terminal where the dashboard is and how to come in: at the start, and again when somebody stands before the login and the last link
/// is used up or too old. Written to the terminal itself and never to the log: a link is a secret for as long as it works.
/// </summary>
internal sealed partial class LoginAnnouncement(
    LoginTokenQueries tokens, IServer server, IOptions<AccessOptions> options, IHostApplicationLifetime lifetime, TextWriter terminal, ILogger<LoginAnnouncement> log) : IHostedService, IDisposable
{
    // Whoever reads this terminal started the dashboard and has its databases.
    private const string TerminalName = "terminal";
    private readonly SemaphoreSlim turn = new(1);
    private Secret? last;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() => _ = AnnounceAsync());
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Prints a fresh link if the last one no longer works.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.PrintLogin)
        {
            return;
        }

        await turn.WaitAsync(cancellationToken);
        try
        {
            if (last is null || !await tokens.WorksAsync(last, cancellationToken))
            {
                last = await tokens.IssueAsync(TerminalName, Role.Admin, cancellationToken);
                await terminal.WriteLineAsync($"Log in, once, within {LoginTokenQueries.Life.TotalMinutes:0} minutes: {Link(last)}");
                await terminal.FlushAsync(cancellationToken);
            }
        }
        catch (Exception cause) when (RecordsAway.Is(cause))
        {
            LogNoLink(log, cause.Message);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task AnnounceAsync()
    {
        await terminal.WriteLineAsync($"Crontabber Dashboard listens on {string.Join(", ", Addresses())}");
        await RenewAsync(lifetime.ApplicationStopping);
    }

    private string Link(Secret token) => $"{Addresses().FirstOrDefault() ?? "http://127.0.0.1:7080"}/login?token={token.Text}";

    private IEnumerable<string> Addresses() => server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];

    [LoggerMessage(1501, LogLevel.Warning, "No login link could be made ({Reason}); './run login' makes one when the own database is back.")]
    private static partial void LogNoLink(ILogger log, string reason);
}
