using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Replay;
using Dashboard.Core.Verdicts.Simulation;

namespace Dashboard.Web.Commands;

/// <summary><c>./run simulate</c> and <c>./run replay</c>: makes histories of faults, and holds the verdict and its rivals against them.</summary>
internal static class ReplayVerbs
{
    private const int MostDays = 3660;
    private const int MostJobs = 2000;

    /// <summary><c>simulate --seed N --days D [--jobs J] [--faults FILE | --hard] --out DIR</c>.</summary>
    public static Command Simulate()
    {
        var seed = new Option<long>("--seed") { Description = "What chance follows from: the same seed gives the same files", Required = true };
        var days = Whole("--days", 90, MostDays, "How many days");
        var jobs = Whole("--jobs", 40, MostJobs, "How many jobs");
        var faults = new Option<string?>("--faults") { Description = "A script of faults, as docs/verdict.md describes; without it one is drawn by chance" };
        var hard = new Option<bool>("--hard") { Description = "With longer outages and more failures that come twice, where a script is drawn" };
        var into = new Option<string>("--out") { Description = "The folder to write to", Required = true };
        var command = new Command("simulate", "Simulates jobs under a script of faults and writes what could be known of them and what was true.") { seed, days, jobs, faults, hard, into };
        command.SetAction((parsed, cancellationToken) => ToldAsync(parsed.InvocationConfiguration.Error, async () =>
        {
            var world = WorldMix.For(parsed.GetValue(seed), parsed.GetValue(days), parsed.GetValue(jobs));
            var script = parsed.GetValue(faults) is { } file ? await SimulationFiles.FaultsAsync(file, cancellationToken) : FaultMix.For(world, parsed.GetValue(hard));
            var (history, truth) = SimulatedScheduler.Run(world, script);
            await new SimulationFiles(parsed.GetValue(into)!).WriteAsync(world, script, history, truth, cancellationToken);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{world.Days} days of {world.Jobs.Count} jobs: {history.Count(line => line.Log is not null)} runs, {script.Count} faults, {truth.Count} incidents, {truth.Count(incident => incident.NeededHuman)} of them needed people."));
        }));
        return command;
    }

    /// <summary><c>replay DIR…</c>.</summary>
    public static Command Replay()
    {
        var folders = new Argument<string[]>("folder") { Description = "Folders that simulate wrote", Arity = ArgumentArity.OneOrMore };
        var why = new Option<bool>("--why") { Description = "Also what was not paged, paged too late or paged for nothing" };
        var command = new Command("replay", "Judges histories tick by tick with only what was known then, and prints how the verdict and its rivals did.") { folders, why };
        command.SetAction((parsed, cancellationToken) => ToldAsync(parsed.InvocationConfiguration.Error, async () =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var began = Stopwatch.GetTimestamp();
            ReplayResult? all = null;
            var settings = (Verbs.Configuration().GetSection(VerdictOptions.Section).Get<VerdictOptions>() ?? new VerdictOptions()).ToSettings();
            foreach (var folder in parsed.GetValue(folders)!)
            {
                var files = new SimulationFiles(folder);
                var result = ReplayRun.Of(await files.WorldAsync(cancellationToken), files.History(), await files.TruthAsync(cancellationToken), settings, cancellationToken);
                all = all is null ? result : all.And(result);
            }

            await output.WriteAsync(ReplayTable.Of(all!));
            if (parsed.GetValue(why))
            {
                await output.WriteAsync(ReplayTable.Why(all!.Scores[0]));
            }

            await parsed.InvocationConfiguration.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Replayed in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s."));
        }));
        return command;
    }

    private static Option<int> Whole(string name, int usual, int most, string what)
    {
        var option = new Option<int>(name) { Description = string.Create(CultureInfo.InvariantCulture, $"{what}, {usual} when not given"), DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1 || number > most))
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} takes a whole number from 1 to {most}."));
            }
        });
        return option;
    }

    // A folder without a history, a script with a slip of the pen: said in one line.
    private static async Task<int> ToldAsync(TextWriter error, Func<Task> does)
    {
        try
        {
            await does();
            return 0;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or InvalidDataException or JsonException)
        {
            await error.WriteLineAsync(cause.Message);
            return 1;
        }
    }
}
