using System.Net;
using Dashboard.Core.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Security;

/// <summary>Who may come in, and what a browser is told to refuse.</summary>
internal static class AccessServices
{
    private static readonly TimeSpan Session = TimeSpan.FromHours(12);

    public static WebApplicationBuilder AddAccess(this WebApplicationBuilder builder)
    {
        var (services, options) = (builder.Services, AccessOptions.Read(builder.Configuration));
        services.AddSingleton(Options.Create(options));
        if (StartRule.IsUnsaid(builder.Configuration))
        {
            builder.WebHost.UseUrls(StartRule.UsualAddress);
        }

        services.AddAccessRecords();
        services.AddLimits();
        services.Insert(0, ServiceDescriptor.Transient<IStartupFilter, HeadersFirst>());
        services.AddSingleton<IConnectionListenerFactory, LoopbackTransport>();

        services.AddSingleton<ApiKeyRing>();
        services.AddSingleton<TextWriter>(_ => Console.Out);
        services.AddSingleton<LoginAnnouncement>();
        services.AddHostedService(provider => provider.GetRequiredService<LoginAnnouncement>());

        services.AddDataProtection().SetApplicationName("crontabber-dashboard");
        services.AddOptions<KeyManagementOptions>().Configure<ProtectionKeyQueries>((keys, queries) => keys.XmlRepository = new ProtectionKeys(queries));
        services.AddAntiforgery(form =>
        {
            form.Cookie.Name = "dashboard-form";
            form.Cookie.SameSite = SameSiteMode.Strict;
            form.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            form.SuppressXFrameOptionsHeader = true;
        });

        services.AddAuthentication(AccessSchemes.Any)
            .AddPolicyScheme(AccessSchemes.Any, null, any => any.ForwardDefaultSelector =
                context => ApiKeyHandler.Presented(context.Request) is null ? AccessSchemes.Cookie : AccessSchemes.Key)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(AccessSchemes.Key, null)
            .AddCookie(AccessSchemes.Cookie, Cookie);
        services.AddAuthorizationBuilder().AddPolicies();
        services.AddCascadingAuthenticationState();

        // A query string may hold a login token or a hub's key: requests are never logged with it.
        services.PostConfigure<LoggerFilterOptions>(filters => filters.Rules.Add(new LoggerFilterRule(null, "Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning, null)));
        services.PostConfigure<ForwardedHeadersOptions>(forwarded => Believe(forwarded, options));
        return builder;
    }

    public static WebApplication UseAccess(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseRouting();
        app.UseAuthentication();
        app.UseMiddleware<OwnOrigin>();
        app.UseAuthorization();
        app.UseRateLimiter();
        app.UseAntiforgery();
        return app;
    }

    private static void Cookie(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = "dashboard";
        options.Cookie.HttpOnly = true;
        options.Cookie.Path = "/";
        options.Cookie.SameSite = SameSiteMode.Strict;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.CookieManager = new PlainOrHostCookie();
        options.ExpireTimeSpan = Session;
        options.SlidingExpiration = false;
        options.LoginPath = "/login";
        options.ReturnUrlParameter = "to";
        options.Events.OnRedirectToLogin = context => SendAway(context, StatusCodes.Status401Unauthorized);
        options.Events.OnRedirectToAccessDenied = context => SendAway(context, StatusCodes.Status403Forbidden);
    }

    /// <summary>A person is led to the login; a program, or a form that would be lost on the way, is told no.</summary>
    private static Task SendAway(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        if (status == StatusCodes.Status401Unauthorized && HttpMethods.IsGet(context.Request.Method) && !Machines.Path(context.Request.Path))
        {
            context.Response.Redirect(context.RedirectUri);
            return Task.CompletedTask;
        }

        context.Response.StatusCode = status;
        if (status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        return Task.CompletedTask;
    }

    private static void Believe(ForwardedHeadersOptions forwarded, AccessOptions options)
    {
        forwarded.KnownIPNetworks.Clear();
        forwarded.KnownProxies.Clear();
        forwarded.ForwardLimit = 1;
        forwarded.ForwardedHeaders = options.KnownProxies.Count == 0 ? ForwardedHeaders.None : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        foreach (var proxy in options.KnownProxies)
        {
            forwarded.KnownProxies.Add(IPAddress.Parse(proxy));
        }
    }
}
