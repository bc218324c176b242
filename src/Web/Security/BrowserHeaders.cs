using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.StaticAssets;

namespace Dashboard.Web.Security;

/// <summary>What a browser is told to refuse, on every response there is: pages, assets, errors, the hub's handshake. First of all, so it also notes who the peer is.</summary>
internal sealed class BrowserHeaders(RequestDelegate next, EndpointDataSource endpoints)
{
    private const string Nothing = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private readonly Lazy<string> pages = new(() => Pages(endpoints));

    public Task InvokeAsync(HttpContext context)
    {
        Peer.Note(context);

        // First to be registered is last to be called: nothing that comes later has another word.
        context.Response.OnStarting(() =>
        {
            Apply(context);
            return Task.CompletedTask;
        });
        return next(context);
    }

    private void Apply(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Machines.Path(context.Request.Path) ? Nothing : pages.Value;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()";
        if (context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        }

        if (context.GetEndpoint()?.Metadata.GetMetadata<StaticAssetDescriptor>() is null || context.Response.StatusCode >= StatusCodes.Status400BadRequest)
        {
            headers.CacheControl = "no-store";
        }
    }

    // The import map is the one script that must stand in the page; its text is known once the endpoints are.
    private static string Pages(EndpointDataSource endpoints)
    {
        var maps = endpoints.Endpoints
            .Select(endpoint => endpoint.Metadata.GetMetadata<ImportMapDefinition>()?.ToString())
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Select(map => $" 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(map.ReplaceLineEndings("\n"))))}'");
        return "default-src 'none'; base-uri 'self'; object-src 'none'; "
            + $"script-src 'self'{string.Concat(maps)}; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
            + "form-action 'self'; frame-ancestors 'none'";
    }
}

/// <summary>Puts <see cref="BrowserHeaders"/> before everything, the host filter included, which ASP.NET Core itself puts first.</summary>
internal sealed class HeadersFirst : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseMiddleware<BrowserHeaders>();
        next(app);
    };
}
