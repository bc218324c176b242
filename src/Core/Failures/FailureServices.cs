using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Failures;

/// <summary>Registers the Failures room.</summary>
public static class FailureServices
{
    /// <summary>Nothing yet but the room.</summary>
    public static IServiceCollection AddFailures(this IServiceCollection services) => services;
}
