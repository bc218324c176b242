namespace Dashboard.Core.Stores.Trees;

/// <summary>For who makes a tree of stores without a program around it: nobody is told of what it does.</summary>
public sealed class NoServices : IServiceProvider
{
    /// <summary>The one there is.</summary>
    public static NoServices Instance { get; } = new();

    /// <inheritdoc/>
    public object? GetService(Type serviceType) => null;
}
