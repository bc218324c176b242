using Dashboard.Core.Feeds;
using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.Health;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Stores;

/// <summary>Registers the Stores room.</summary>
public static class StoreServices
{
    /// <summary>The stores that are looked after, what is copied between stores, and what keeps both fresh.</summary>
    public static IServiceCollection AddStores(this IServiceCollection services)
    {
        services.AddOptions<StoresOptions>().BindConfiguration(StoresOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(new Feed<StoresSnapshot>(StoresSnapshot.Empty));
        services.AddSingleton<ICopyLedger, CopyLedger>();
        services.AddHostedService<StoresMonitor>();
        return services;
    }
}
