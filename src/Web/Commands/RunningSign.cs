using Dashboard.Core.Database;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Dashboard.Web.Commands;

/// <summary>Leaves a note in the data folder where this dashboard can be found, for whoever starts a second one.</summary>
internal sealed class RunningSign(DashboardStorage storage, IServer server) : IHostedLifecycleService
{
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (storage.Embedded is { } embedded && server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() is { } url)
        {
            await embedded.SignAsync(url, cancellationToken);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
