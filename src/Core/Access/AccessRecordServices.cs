using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Access;

/// <summary>Registers the Access room.</summary>
public static class AccessRecordServices
{
    /// <summary>Keys, login tokens and what cookies are signed with, in the own database.</summary>
    public static IServiceCollection AddAccessRecords(this IServiceCollection services) => services
        .AddSingleton<ApiKeyQueries>()
        .AddSingleton<LoginTokenQueries>()
        .AddSingleton<ProtectionKeyQueries>();
}
