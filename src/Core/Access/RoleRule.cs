namespace Dashboard.Core.Access;

/// <summary>Which role somebody has by what a provider or proxy says of them: their groups, for instance.</summary>
/// <param name="Admins">What makes an admin.</param>
/// <param name="Operators">What makes an operator.</param>
/// <param name="Viewers">What makes a viewer; <c>*</c> is everybody the provider lets in.</param>
public sealed record RoleRule(IReadOnlyList<string> Admins, IReadOnlyList<string> Operators, IReadOnlyList<string> Viewers)
{
    /// <summary>Everybody, among the viewers only.</summary>
    public const string Everybody = "*";

    /// <summary>The highest role; null for none, which is what nobody configured gets.</summary>
    /// <remarks>Compared exactly: <c>SRE</c> and <c>sre</c> may be two groups of a provider.</remarks>
    public Role? Of(IEnumerable<string> said)
    {
        var all = said.ToHashSet(StringComparer.Ordinal);
        return Any(Admins) ? Role.Admin
            : Any(Operators) ? Role.Operator
            : Any(Viewers) || Viewers.Contains(Everybody, StringComparer.Ordinal) ? Role.Viewer
            : null;

        bool Any(IReadOnlyList<string> wanted) => wanted.Any(one => one != Everybody && all.Contains(one));
    }
}
