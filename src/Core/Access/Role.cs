namespace Dashboard.Core.Access;

/// <summary>What somebody may do, least first: each may what those before it may.</summary>
public enum Role
{
    /// <summary>Sees everything, changes nothing.</summary>
    Viewer,

    /// <summary>Acts on jobs.</summary>
    Operator,

    /// <summary>Says who may come in, and does what could hurt.</summary>
    Admin,
}

/// <summary>Roles as they are written: in configuration, in the database, on the wire.</summary>
public static class Roles
{
    /// <summary>Those there are, least first.</summary>
    public static readonly IReadOnlyList<string> Names = ["viewer", "operator", "admin"];

    /// <summary><c>viewer</c>, <c>operator</c> or <c>admin</c>.</summary>
    public static string Name(this Role role) => Names[(int)role];

    /// <summary>The role of that name, as it is written exactly; null when there is none.</summary>
    public static Role? Find(string? name) => name switch
    {
        "viewer" => Role.Viewer,
        "operator" => Role.Operator,
        "admin" => Role.Admin,
        _ => null,
    };
}
