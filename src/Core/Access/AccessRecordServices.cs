using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Access;

/// <summary>Registers the Access room.</summary>
public static class AccessRecordServices
{
    /// <summary>Sessions, keys, login tokens, what cookies are signed with, in the own database; and who may do what now.</summary>
    public static IServiceCollection AddAccessRecords(this IServiceCollection services) => services
        .AddSingleton<ApiKeyQueries>()
        .AddSingleton<BarredQueries>()
        .AddSingleton<DeedPace>()
        .AddSingleton<AccessDesk>()
        .AddSingleton<AccessRecord>()
        .AddSingleton<AccessNews>()
        .AddSingleton<SessionQueries>()
        .AddSingleton<IAuthority, Authority>()
        .AddSingleton<LoginTokenQueries>()
        .AddSingleton<ProtectionKeyQueries>();
}
