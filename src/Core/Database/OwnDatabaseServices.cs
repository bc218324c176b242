using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Database;

/// <summary>Registers the own database.</summary>
public static class OwnDatabaseServices
{
    /// <summary>The own database, brought up to date before anything else starts.</summary>
    public static IServiceCollection AddOwnDatabase(this IServiceCollection services, string connectionString) =>
        services.AddSingleton(new OwnDatabase(connectionString)).AddHostedService<OwnDatabaseMigration>();
}
