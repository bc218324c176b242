namespace Dashboard.Core.Dependencies;

/// <summary>A configured job as the scheduler sorts it.</summary>
/// <param name="Name">Its <c>app_name</c>.</param>
/// <param name="DependsOn">The names its class depends on, in its order. A class that names one as a bare text has one.</param>
public sealed record JobNode(string Name, IReadOnlyList<string> DependsOn)
{
    /// <summary>A job that depends on nothing.</summary>
    public static JobNode Root(string name) => new(name, []);
}
