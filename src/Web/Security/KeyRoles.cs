using Dashboard.Core.Access;

namespace Dashboard.Web.Security;

/// <summary>What a key may do: what a person may, or only tell events and read nothing.</summary>
internal static class KeyRoles
{
    public const string Viewer = "viewer";
    public const string Ingest = "ingest";

    /// <summary>Those a key can be made with.</summary>
    public static readonly string[] All = [.. Roles.Names, Ingest];
}
