using Dashboard.Core.Feeds;
using Dashboard.Core.Verdicts;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Ledger;

/// <summary>Registers the Ledger room.</summary>
public static class LedgerServices
{
    /// <summary>What keeps it, what reads it, and the one way to say something of a trouble.</summary>
    public static IServiceCollection AddLedger(this IServiceCollection services)
    {
        services.AddOptions<LedgerOptions>().BindConfiguration(LedgerOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(new Feed<LedgerTotals>(LedgerTotals.None));
        services.AddSingleton(new SourceFeeds<LedgerSnapshot>(LedgerSnapshot.Empty));
        services.AddSingleton<LedgerStore>();
        services.AddSingleton<IHealRecords, HealRecords>();
        services.AddSingleton<LedgerQueries>();
        services.AddSingleton<ILedgerReader>(provider => provider.GetRequiredService<LedgerQueries>());
        services.AddSingleton<LedgerMonitor>();
        services.AddHostedService(provider => provider.GetRequiredService<LedgerMonitor>());
        services.AddHostedService<LedgerKeeper>();
        services.AddSingleton<OperatorVerdicts>();
        return services;
    }
}
