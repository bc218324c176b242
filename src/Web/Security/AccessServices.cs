using System.Net;
using Dashboard.Core.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Security;

/// <summary>Who may come in, and what a browser is told to refuse.</summary>
internal static class AccessServices
{
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
        services.AddSingleton<SessionGuard>();
        services.AddSingleton<KnownProxies>();
        services.AddSingleton<ProxySessions>();
        services.AddSingleton<LiveConnections>();
        services.AddSingleton<HubGuard>();
        services.AddHostedService<SessionWatch>();
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
                context => ApiKeyHandler.Presented(context.Request) is not null ? AccessSchemes.Key
                    : context.RequestServices.GetRequiredService<KnownProxies>().UserOf(context) is not null ? AccessSchemes.Proxy
                    : AccessSchemes.Cookie)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(AccessSchemes.Key, null)
            .AddScheme<AuthenticationSchemeOptions, ProxyHandler>(AccessSchemes.Proxy, null)
            .AddCookie(AccessSchemes.Cookie, Cookie)
            .AddOpenId(options.Oidc);
        services.AddAuthorizationBuilder().AddPolicies();
        services.AddCascadingAuthenticationState();

        // A query string may hold a login token or a hub's key: requests are never logged with it.
        services.PostConfigure<LoggerFilterOptions>(filters => filters.Rules.Add(new LoggerFilterRule(null, "Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning, null)));
        services.PostConfigure<ForwardedHeadersOptions>(forwarded => Believe(forwarded, options));
        return builder;
    }

    public static WebApplication UseAccess(this WebApplication app)
    {
        app.UseMiddleware<UnreadableBody>();
        app.UseForwardedHeaders();
        app.UseRouting();
        app.UseAuthentication();
        app.UseMiddleware<CrowdIntroduction>();
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
        options.ExpireTimeSpan = SessionQueries.Life;
        options.SlidingExpiration = false;
        options.LoginPath = "/login";
        options.ReturnUrlParameter = "to";
        options.Events.OnValidatePrincipal = StillInAsync;
        options.Events.OnRedirectToLogin = context => SendAway(context, StatusCodes.Status401Unauthorized);
        options.Events.OnRedirectToAccessDenied = context => SendAway(context, StatusCodes.Status403Forbidden);
    }

    /// <summary>The cookie only says which session: who that is, what they may and whether it lasts stands in the records.</summary>
    private static async Task StillInAsync(CookieValidatePrincipalContext context)
    {
        var (http, scheme) = (context.HttpContext, context.Scheme.Name);
        var session = context.Principal.SessionId() is { } id ? await http.RequestServices.GetRequiredService<SessionGuard>().FindAsync(id, http.RequestAborted) : null;
        if (session is { Via: not ActorVia.Proxy })
        {
            context.ReplacePrincipal(AccessClaims.Of(session, scheme, http.Connection.RemoteIpAddress));
        }
        else
        {
            context.RejectPrincipal();
            await http.SignOutAsync(scheme);
        }
    }

    /// <summary>A person is led to the login; a program, or a form that would be lost on the way, is told no.</summary>
    private static Task SendAway(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        if (status == StatusCodes.Status401Unauthorized && HttpMethods.IsGet(context.Request.Method) && !Machines.Path(context.Request.Path))
        {
            context.Response.Redirect(context.RedirectUri);
            return Task.CompletedTask;
        }

        if (status == StatusCodes.Status403Forbidden && !Machines.Path(context.Request.Path))
        {
            return new RazorComponentResult<DeniedPage>(new { Who = context.HttpContext.User }) { StatusCode = status }.ExecuteAsync(context.HttpContext);
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
