using System.CommandLine;
using Dashboard.Core.Sources;

namespace Dashboard.Web.Commands;

/// <summary>
/// <c>./run install capture|indexes --source X</c> and <c>./run uninstall capture|indexes --source X</c>: the only commands that change the schema of an
/// observed database. The statements are shown before they run; with <c>--plan</c> they are only shown.
/// </summary>
internal static class InstallVerb
{
    /// <summary><c>install</c>.</summary>
    public static Command Install(Func<IConfiguration> configuration)
    {
        var mode = new Option<CaptureMode>("--mode") { Description = "notify or logical", Required = true };
        mode.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<CaptureMode>() == CaptureMode.Poll)
            {
                given.AddError("poll needs nothing installed.");
            }
        });
        return new Command("install", "Makes in an observed database what the faster modes or the history pages need.")
        {
            Part("capture", "What notify (triggers) or logical (publications) needs.", configuration, parsed => parsed.GetValue(mode) == CaptureMode.Notify ? InstallWish.Notify : InstallWish.Logical, mode),
            Part("indexes", "An index of the log by job, built without locking anybody out.", configuration, _ => InstallWish.Indexes),
        };
    }

    /// <summary><c>uninstall</c>.</summary>
    public static Command Uninstall(Func<IConfiguration> configuration) => new("uninstall", "Takes away exactly what install made.")
    {
        Part("capture", "The triggers and publications.", configuration, _ => InstallWish.NoCapture),
        Part("indexes", "The index of the log.", configuration, _ => InstallWish.NoIndexes),
    };

    private static Command Part(string name, string description, Func<IConfiguration> configuration, Func<ParseResult, InstallWish> wish, params Option[] options)
    {
        var source = new Option<string>("--source") { Description = "The source's name as configured", Required = true };
        var user = new Option<string?>("--user") { Description = "Connect as this role, usually the owner of the tables; its password comes from PGPASSWORD or .pgpass" };
        var planOnly = new Option<bool>("--plan") { Description = "Show the statements, run none" };
        var command = new Command(name, description) { source, user, planOnly };
        foreach (var option in options)
        {
            command.Add(option);
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            if (SourceOptions.Read(configuration()).FirstOrDefault(each => each.Name == parsed.GetValue(source)) is not { } found)
            {
                await error.WriteLineAsync($"No source is configured by the name '{parsed.GetValue(source)}'; ./run sources lists them.");
                return 1;
            }

            var installer = new SourceInstaller(found, TimeProvider.System) { User = parsed.GetValue(user) };
            return await CarryOutAsync(installer, wish(parsed), parsed.GetValue(planOnly), output, error, cancellationToken);
        });
        return command;
    }

    private static async Task<int> CarryOutAsync(SourceInstaller installer, InstallWish wish, bool planOnly, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var plan = await installer.PlanAsync(wish, cancellationToken);
        foreach (var step in plan.Steps)
        {
            await output.WriteLineAsync($"-- {step.Why}\n{step.Sql};\n");
        }

        foreach (var note in plan.Notes.Where(_ => plan.Steps.Count > 0))
        {
            await output.WriteLineAsync($"Note: {note}");
        }

        if (plan.Obstacles.Count > 0)
        {
            await error.WriteLineAsync(string.Join('\n', plan.Obstacles.Select(obstacle => $"Not possible: {obstacle}")));
            return 1;
        }

        if (plan.Steps.Count == 0)
        {
            await output.WriteLineAsync("Nothing to do: all is as it should be.");
            return 0;
        }

        if (planOnly)
        {
            return 0;
        }

        var trouble = await installer.RunAsync(wish, step => output.WriteLine($"→ {step.Sql}"), cancellationToken);
        await (trouble is null ? output : error).WriteLineAsync(trouble ?? "Done. After each statement an INSERT, UPDATE and DELETE like the scheduler's was tried and rolled back: all work.");
        return trouble is null ? 0 : 1;
    }
}
