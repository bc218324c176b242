using Microsoft.AspNetCore.Authorization;

namespace Dashboard.Web.Security;

/// <summary>What a key may do. A viewer reads; a key that only tells cannot even do that.</summary>
internal static class KeyRoles
{
    public const string Viewer = "viewer";
    public const string Ingest = "ingest";
    public const string Operator = "operator";

    /// <summary>Those a key can be made with.</summary>
    public static readonly string[] All = [Viewer, Ingest, Operator];

    /// <summary>The policy of addresses that take what programs tell: by key, never by cookie.</summary>
    public const string IngestPolicy = "ingest";

    private static readonly string[] Tellers = [Ingest, Operator, "admin"];

    /// <summary>The policies.</summary>
    public static AuthorizationBuilder AddPolicies(this AuthorizationBuilder builder) => builder
        .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireAssertion(context => !context.User.IsInRole(Ingest)).Build())
        .AddPolicy(IngestPolicy, policy => policy.AddAuthenticationSchemes(AccessSchemes.Key).RequireClaim(AccessClaims.Key).RequireRole(Tellers));
}
