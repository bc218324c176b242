using Dashboard.Core.Access;
using Microsoft.AspNetCore.Authorization;

namespace Dashboard.Web.Security;

/// <summary>What an address asks of who comes to it. Each says one of these or that it is open; one that says nothing is shut.</summary>
internal static class AccessPolicies
{
    /// <summary>To read.</summary>
    public const string Viewer = "viewer";

    /// <summary>To act. The deed itself asks <see cref="IAuthority"/> again.</summary>
    public const string Operator = "operator";

    /// <summary>To say who may come in.</summary>
    public const string Admin = "admin";

    /// <summary>To tell events: by key, never by cookie.</summary>
    public const string Ingest = "ingest";

    public static AuthorizationBuilder AddPolicies(this AuthorizationBuilder builder) => builder
        .AddPolicy(Viewer, policy => policy.RequireRole(From(Role.Viewer)))
        .AddPolicy(Operator, policy => policy.RequireRole(From(Role.Operator)))
        .AddPolicy(Admin, policy => policy.RequireRole(From(Role.Admin)))
        .AddPolicy(Ingest, policy => policy.AddAuthenticationSchemes(AccessSchemes.Key).RequireClaim(AccessClaims.Key).RequireRole([KeyRoles.Ingest, .. From(Role.Operator)]))
        .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireRole(From(Role.Viewer)).RequireAssertion(IsNowhere).Build());

    /// <summary>Every address below asks for this unless it says itself what it asks for.</summary>
    public static TBuilder RequireUnlessSaid<TBuilder>(this TBuilder builder, string policy)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Finally(endpoint =>
        {
            if (!endpoint.Metadata.Any(said => said is IAuthorizeData or IAllowAnonymous))
            {
                endpoint.Metadata.Add(new AuthorizeAttribute(policy));
            }
        });
        return builder;
    }

    private static string[] From(Role least) => [.. Roles.Names.Skip((int)least)];

    // An address that does not exist is told of to whoever may read; one that forgot to say what it asks for is told to nobody.
    private static bool IsNowhere(AuthorizationHandlerContext context) => context.Resource is HttpContext http && http.GetEndpoint() is null;
}
