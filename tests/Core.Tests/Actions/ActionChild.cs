using System.Diagnostics;
using Dashboard.Core.Actions;

namespace Dashboard.Core.Tests.Actions;

/// <summary>
/// A node that plans and commits one action in a process of its own, to be killed: this test program, started with what to do in its environment. It says when it has
/// planned, waits for a line, and commits.
/// </summary>
internal static class ActionChild
{
    public const string Kind = "DASHBOARD_TESTS_ACTION_KIND";
    private const string Observed = "DASHBOARD_TESTS_ACTION_OBSERVED";
    private const string Own = "DASHBOARD_TESTS_ACTION_OWN";

    /// <summary>Starts one.</summary>
    public static Process Start(ActionKind kind, string observed, string own)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ActionChild).Assembly.Location]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        (start.Environment[Kind], start.Environment[Observed], start.Environment[Own]) = (kind.Slug(), observed, own);
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(ActionChild).Assembly.Location;
        return Process.Start(start)!;
    }

    /// <summary>What the process does.</summary>
    public static async Task<int> RunAsync(string kind)
    {
        await using var stage = await CommitStage.BesideAsync(Environment.GetEnvironmentVariable(Observed)!, Environment.GetEnvironmentVariable(Own)!);
        var plan = await stage.PlanAsync(ActionWords.Parse(kind)!.Value, more: wish => wish.Kind == ActionKind.Hold ? wish with { Until = TimeProvider.System.GetUtcNow().AddHours(9) } : wish);
        await Console.Out.WriteLineAsync($"{plan.Id}");
        if (await Console.In.ReadLineAsync() is null)
        {
            return 1;
        }

        await Console.Out.WriteLineAsync($"{(await stage.CommitAsync(plan)).Outcome}");
        return 0;
    }
}
