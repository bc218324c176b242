using Dashboard.Core.Tests.Actions;
using Dashboard.Core.Tests.Runner;

#pragma warning disable CA1050, MA0047 // the runtime looks for it under this name

/// <summary>Makes this program a runner, or a node that acts, instead of tests, where <c>DOTNET_STARTUP_HOOKS</c> names it: see <see cref="RunnerChild"/> and <see cref="ActionChild"/>.</summary>
internal static class StartupHook
{
    /// <summary>Called before the program itself begins.</summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(RunnerChild.Database) is { Length: > 0 } database)
        {
            Environment.Exit(RunnerChild.RunAsync(database).GetAwaiter().GetResult());
        }

        if (Environment.GetEnvironmentVariable(ActionChild.Kind) is { Length: > 0 } kind)
        {
            Environment.Exit(ActionChild.RunAsync(kind).GetAwaiter().GetResult());
        }
    }
}
