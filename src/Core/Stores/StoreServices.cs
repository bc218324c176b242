using Dashboard.Core.Configuration.Generations;
using Dashboard.Core.Configuration.Readings;
using Dashboard.Core.Configuration.Reload;
using Dashboard.Core.Feeds;
using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.CutOver;
using Dashboard.Core.Stores.DualWrites;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Stores.Moving;
using Dashboard.Core.Stores.Parity;
using Dashboard.Core.Stores.Trees;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

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
        services.AddSingleton<IStoreMinutes, StoreMinutes>();
        services.AddSingleton<IParityRecords, ParityRecords>();
        services.AddSingleton<StoreMeter>();
        services.AddHostedService<StoresMonitor>();
        return services.AddStoreTree();
    }

    // The configured stores, what is moved through them, and what is known of moves.
    private static IServiceCollection AddStoreTree(this IServiceCollection services)
    {
        services.AddOptions<MoverOptions>().BindConfiguration(MoverOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<CutOverOptions>().BindConfiguration(CutOverOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<StoreUses>();
        services.AddSingleton<PartialSaveLedger>();
        services.AddSingleton<PartialSaveKeeper>();
        services.AddSingleton<IPartialSaves>(provider => provider.GetRequiredService<PartialSaveKeeper>());
        services.AddSingleton<MoveLedger>();
        services.AddSingleton<CutOverQueries>();
        services.AddSingleton(new Feed<MovesSnapshot>(MovesSnapshot.Empty));

        // Nothing is opened by making it, so nothing is waited for.
        services.AddSingleton(provider => new GenerationHolder<StoreTree>(StoreTree.BuildAsync(provider.GetRequiredService<ConfigurationReading>(), provider).GetAwaiter().GetResult()));
        services.AddSingleton<IReloadStep>(provider => new StoreTreeStep(provider.GetRequiredService<GenerationHolder<StoreTree>>(), provider, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<CrashMover>();
        services.AddHostedService(provider => provider.GetRequiredService<PartialSaveKeeper>());
        services.AddHostedService(provider => provider.GetRequiredService<CrashMover>());
        services.AddHostedService<PartialSaveRepair>();
        services.AddHostedService<MovesMonitor>();
        return services;
    }
}
