namespace Dashboard.Core.Access;

/// <summary>The answer to whether somebody may.</summary>
/// <param name="Granted">Whether.</param>
/// <param name="Because">Why not, in words for the one who asked, with the remedy; empty when granted.</param>
/// <param name="Actor">The one who asked, with the role they have now.</param>
public sealed record Permission(bool Granted, string Because, Actor Actor)
{
    /// <summary>The rule: a deed has a least role, and who was let in no longer has none.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="deed">What for.</param>
    /// <param name="now">Their standing now.</param>
    public static Permission Of(Actor actor, Deed deed, Standing now)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(deed);
        ArgumentNullException.ThrowIfNull(now);
        if (now.Role is not { } role)
        {
            return new Permission(false, now.Because, actor);
        }

        var known = actor with { Role = role };
        return role >= deed.Least && Deeds.All.Contains(deed)
            ? new Permission(true, "", known)
            : new Permission(false, $"You may not {deed.Name}: that takes the role {deed.Least.Name()}, and you are {role.Name()}. Ask an {(deed.Least == Role.Admin ? "admin" : "operator")}.", known);
    }
}

/// <summary>What the records say of somebody at this moment.</summary>
/// <param name="Role">What they may; null when nothing any more.</param>
/// <param name="Because">Why nothing; empty otherwise.</param>
public sealed record Standing(Role? Role, string Because)
{
    /// <summary>Somebody who is in.</summary>
    public static Standing Of(Role role) => new(role, "");

    /// <summary>Somebody who is out.</summary>
    public static Standing Out(string because) => new(null, because);
}
