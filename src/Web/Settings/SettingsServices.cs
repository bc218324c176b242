using Dashboard.Core.Configuration;
using Dashboard.Core.Configuration.Readings;
using Dashboard.Core.Configuration.Reload;
using Dashboard.Web.Security;

namespace Dashboard.Web.Settings;

/// <summary>Registers the settings, their page and how they are read again.</summary>
internal static class SettingsServices
{
    public static IServiceCollection AddSettings(this IServiceCollection services, SettingsStart settings)
    {
        services.AddConfiguration(settings.Sources, settings.First, settings.Live);
        services.AddSingleton<IConfigurationCheck, MayStart>();
        services.AddSingleton<SettingsDesk>();
        return services;
    }

    // What a start would be refused with, a reload is refused with: otherwise the next start would be the surprise.
    private sealed class MayStart : IConfigurationCheck
    {
        public string? Refusal(ConfigurationReading reading) => StartRule.Refusal(new ConfigurationBuilder().AddInMemoryCollection(reading.Data).Build());
    }
}
