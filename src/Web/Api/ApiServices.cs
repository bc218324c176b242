using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Dashboard.Web.Security;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.OpenApi;

namespace Dashboard.Web.Api;

/// <summary>What all addresses for other programs have in common: their JSON, their errors, their description.</summary>
internal static class ApiServices
{
    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(options => WireJson.Apply(options.SerializerOptions));
        services.AddProblemDetails();
        services.AddOpenApi("v1", options =>
        {
            options.AddDocumentTransformer((document, _, _) =>
            {
                Describe(document);
                return Task.CompletedTask;
            });
            options.AddSchemaTransformer((schema, context, _) =>
            {
                if ((Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type) == typeof(TimeSpan))
                {
                    // The generator does not know how WireJson writes a length.
                    schema.Type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) is null ? JsonSchemaType.Number : JsonSchemaType.Number | JsonSchemaType.Null;
                }

                return Task.CompletedTask;
            });
        });
        return services;
    }

    /// <summary>Errors of the API are problem details, whatever the caller says it accepts; never a page.</summary>
    public static WebApplication UseApiErrors(this WebApplication app)
    {
        app.UseWhen(context => Machines.Path(context.Request.Path), machines =>
        {
            machines.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = context => ApiProblem.OfStatus(context.Response.StatusCode).ExecuteAsync(context) });
            machines.UseStatusCodePages(context => ApiProblem.OfStatus(context.HttpContext.Response.StatusCode).ExecuteAsync(context.HttpContext));
        });
        return app;
    }

    /// <summary>The addresses below <c>/api/v1</c>.</summary>
    public static RouteGroupBuilder MapApi(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("/api/v1")
            .WithTags("v1")
            .RequireRateLimiting(Limits.ApiPolicy)
            .RequireUnlessSaid(AccessPolicies.Viewer)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);

    /// <summary>One address to read: GET and HEAD, and a plain no to every other method.</summary>
    /// <remarks>Without that no, another method would go on to the page that answers for every unknown address.</remarks>
    public static RouteHandlerBuilder MapRead(this RouteGroupBuilder api, [StringSyntax("Route")] string pattern, Delegate read)
    {
        api.Map(pattern, (HttpResponse response) =>
        {
            response.Headers.Allow = "GET, HEAD";
            return ApiProblem.OfStatus(StatusCodes.Status405MethodNotAllowed);
        }).ExcludeFromDescription();
        return api.MapMethods(pattern, [HttpMethods.Get, HttpMethods.Head], read);
    }

    public static IEndpointRouteBuilder MapApiDescription(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/openapi/{documentName}.json").RequireAuthorization(AccessPolicies.Viewer).RequireRateLimiting(Limits.ApiPolicy);
        foreach (var start in (string[])["/api", "/hubs", "/openapi", "/health", "/ping"])
        {
            routes.Map($"{start}/{{**rest}}", () => ApiProblem.OfStatus(StatusCodes.Status404NotFound)).RequireAuthorization(AccessPolicies.Viewer).ExcludeFromDescription();
        }

        return routes;
    }

    private static void Describe(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Crontabber Dashboard",
            Version = "v1",
            Description =
                "Where every job of an observed crontabber or Socorro database stands. Names and times are those of the scheduler's tables; instants are ISO 8601 in UTC, lengths are seconds. "
                + "All answers come from the newest snapshot, so asking often costs the observed database nothing; only the history of runs is read on request. "
                + "Every answer has a strong ETag; send it back in If-None-Match and get 304 while nothing changed. Errors are problem details (RFC 9457).",
        };
        document.Servers = [];
        foreach (var path in document.Paths.Values)
        {
            // HEAD answers as GET does without the body; a second operation of the same name would not be valid.
            path.Operations?.Remove(HttpMethod.Head);
        }

        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            ["key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key, made with ./run key create --name NAME." },
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("key", document)] = [] }];
    }
}
