using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.Notifications;

/// <summary>Registers the Notifications room.</summary>
public static class NotificationServices
{
    /// <summary>The outbox, what sends it, and the dead man's switch.</summary>
    public static IServiceCollection AddNotifications(this IServiceCollection services)
    {
        services.AddOptions<NotificationOptions>().BindConfiguration(NotificationOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => new GuardedHttp(provider.GetRequiredService<IOptions<NotificationOptions>>().Value.Private));
        services.AddSingleton<Outbox>();
        services.AddSingleton<OutboxWake>();
        services.AddHostedService<ChannelSender>();
        services.AddHostedService<DeadManPing>();
        return services;
    }
}
