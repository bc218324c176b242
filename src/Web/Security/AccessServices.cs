namespace Dashboard.Web.Security;

/// <summary>Who may come in, and what a browser is told to refuse.</summary>
internal static class AccessServices
{
    public static IServiceCollection AddAccess(this IServiceCollection services) => services;

    public static WebApplication UseAccess(this WebApplication app)
    {
        app.UseAntiforgery();
        return app;
    }
}
