using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Actions.Operations;
using Dashboard.Core.Feeds;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Actions;

/// <summary>Registers the Actions room.</summary>
public static class ActionServices
{
    /// <summary>Plans, commits, the audit, and what people have said of jobs.</summary>
    public static IServiceCollection AddActions(this IServiceCollection services)
    {
        services.AddSingleton(new SourceFeeds<MarksSnapshot>(MarksSnapshot.Empty));
        services.AddSingleton<ActionRooms>();
        services.AddSingleton<ActionPools>();
        services.AddSingleton<ActionQueries>();
        services.AddSingleton<MarkQueries>();
        services.AddSingleton<AuditQueries>();
        services.AddSingleton<ActionFactsReader>();
        services.AddSingleton<ActionCommit>();
        services.AddSingleton<OperatorActions>();
        services.AddSingleton<MarksMonitor>();
        services.AddHostedService(provider => provider.GetRequiredService<MarksMonitor>());
        services.AddHostedService<ActionResolver>();
        services.AddSingleton(new SourceFeeds<OperationsSnapshot>(OperationsSnapshot.Empty));
        services.AddSingleton<OperationQueries>();
        services.AddSingleton<OperationWork>();
        services.AddSingleton<OperationTools>();
        services.AddSingleton<OperationWorker>();
        services.AddSingleton<FollowedFeeds>();
        services.AddSingleton<BackfillFollower>();
        services.AddSingleton<OperationsMonitor>();
        services.AddSingleton<OperatorOperations>();
        services.AddHostedService(provider => provider.GetRequiredService<OperationsMonitor>());
        services.AddHostedService(provider => provider.GetRequiredService<OperationWorker>());
        return services;
    }
}
