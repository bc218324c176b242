using Dashboard.Core.Database.Embedded;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Database;

/// <summary>Registers the Database room.</summary>
public static class DatabaseServices
{
    /// <summary>The own database, brought up to date before anything else starts, and the watch on the embedded server.</summary>
    public static IServiceCollection AddDatabase(this IServiceCollection services, DashboardStorage storage)
    {
        ArgumentNullException.ThrowIfNull(storage);
        services.AddSingleton(storage);
        services.AddSingleton(storage.Own);
        services.AddSingleton(storage.Told);
        services.AddHostedService<OwnDatabaseMigration>();
        services.AddSingleton<LeaderLease>();
        services.AddHostedService(provider => provider.GetRequiredService<LeaderLease>());
        if (storage.Embedded is { } embedded)
        {
            services.AddSingleton(embedded);
            services.AddHostedService<EmbeddedPostgresWatch>();
        }

        return services;
    }
}
