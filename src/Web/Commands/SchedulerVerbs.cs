using System.CommandLine;
using Dashboard.Core.Database;
using Dashboard.Core.Jobs;
using Dashboard.Core.Monitoring;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Web.Commands;

/// <summary>
/// <c>./run nagios</c>, <c>list-jobs</c>, <c>audit-ghosts</c> and <c>configtest</c>: crontabber's own commands, answered from one bounded look at the observed
/// database and the scheduler's configuration. With <c>--compat</c> they print and exit as crontabber 0.18 does, without it they say more.
/// </summary>
internal sealed class SchedulerVerbs(Func<IConfiguration> configuration, TimeProvider clock)
{
    private readonly Option<bool> compat = new("--compat") { Description = "Print and exit exactly as crontabber 0.18 does" };
    private readonly Option<string?> source = new("--source") { Description = "The source's name as configured, or a connection string; the first one by default" };
    private readonly Option<string?> jobs = new("--jobs") { Description = "The scheduler's configuration, in place of the configured one" };
    private readonly Option<string?> mapping = new("--mapping") { Description = "The file that names the classes, in place of the configured one" };

    /// <summary>All four.</summary>
    public static IEnumerable<Command> Create(Func<IConfiguration> configuration, TimeProvider clock)
    {
        SchedulerVerbs Verb() => new(configuration, clock);
        yield return Verb().Glancing(
            "nagios", "One line and an exit code for Nagios: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.", CrontabberCommands.Nagios, PlainCommands.Nagios, PlainCommands.NagiosUnknown);
        yield return Verb().Glancing("list-jobs", "Every configured job: its schedule, where it stands, its last and next run.", CrontabberCommands.ListJobs, PlainCommands.ListJobs);
        yield return Verb().Glancing("audit-ghosts", "Rows that no configured job explains; without --compat also jobs that never ran and parents that are missing.", CrontabberCommands.AuditGhosts, PlainCommands.AuditGhosts);
        yield return Verb().ConfigTest();
    }

    private Command Glancing(
        string name, string description, Func<SourceGlance, DateTimeOffset, CommandAnswer> compatible, Func<SourceGlance, CommandAnswer> plain, Func<string, CommandAnswer>? unknown = null)
    {
        var command = new Command(name, description) { compat, source, jobs, mapping };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            CommandAnswer answer;
            try
            {
                await using var asked = await SourceAsync(parsed, cancellationToken);
                var glance = await SourceGlance.AtAsync(asked.Source, clock, cancellationToken);
                answer = parsed.GetValue(compat) ? compatible(glance, clock.GetUtcNow()) : plain(glance);
            }
            catch (Exception cause) when (cause is GlanceException or VerbException)
            {
                answer = unknown?.Invoke(cause.Message) ?? new CommandAnswer("", $"{cause.Message}\n", PlainCommands.Unknown);
            }

            return await SayAsync(parsed, answer);
        });
        return command;
    }

    private Command ConfigTest()
    {
        var file = new Argument<string?>("FILE") { Description = "A crontabber.ini, Socorro's JOBS or a kept listing; by default the source's", DefaultValueFactory = _ => null };
        var command = new Command("configtest", "What is wrong with a scheduler's configuration: file, line, and what was expected. 1 when anything is.") { file, compat, source, jobs, mapping };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if ((parsed.GetValue(file) ?? parsed.GetValue(jobs)) is { } path)
            {
                return await SayAsync(parsed, OfFile(parsed, Path.GetFullPath(path), Located(parsed.GetValue(mapping))));
            }

            await using var asked = await SourceAsync(parsed, cancellationToken);
            if (asked.Source.JobsFile is not { } configured)
            {
                throw new VerbException($"No configuration is known for '{asked.Source.Name}': give the file, or name it in Sources as Jobs.");
            }

            if (parsed.GetValue(compat))
            {
                return await SayAsync(parsed, OfFile(parsed, configured, asked.Source.MappingFile));
            }

            try
            {
                var glance = await SourceGlance.AtAsync(asked.Source, clock, cancellationToken);
                return await SayAsync(parsed, PlainCommands.ConfigTest(glance.Files.Configuration!, glance.Book));
            }
            catch (GlanceException)
            {
                // The rows only help to name classes; the files are there without them.
                return await SayAsync(parsed, OfFile(parsed, configured, asked.Source.MappingFile));
            }
        });
        return command;
    }

    private CommandAnswer OfFile(ParseResult parsed, string path, string? names)
    {
        var strictly = parsed.GetValue(compat);
        var files = new ScheduleReading(ScheduleFile.Read(path, strictly), names is null ? JobMapping.None : ScheduleFile.ReadMapping(names));
        var book = new ScheduleFold().Next(ScheduleBook.Empty("file"), files, JobsSnapshot.Empty("file"), RunsSnapshot.Empty("file"), files.Configuration!.Flavour);
        return strictly ? CrontabberCommands.ConfigTest(files.Configuration, book.Jobs, clock.GetUtcNow()) : PlainCommands.ConfigTest(files.Configuration, book);
    }

    private Task<AskedSource> SourceAsync(ParseResult parsed, CancellationToken cancellationToken) =>
        AskedSource.FindAsync(configuration(), clock, parsed.GetValue(source), parsed.GetValue(jobs), parsed.GetValue(mapping), cancellationToken);

    private static string? Located(string? path) => string.IsNullOrEmpty(path) ? null : Path.GetFullPath(path);

    private static async Task<int> SayAsync(ParseResult parsed, CommandAnswer answer)
    {
        await parsed.InvocationConfiguration.Output.WriteAsync(answer.Output);
        await parsed.InvocationConfiguration.Error.WriteAsync(answer.Error);
        return answer.ExitCode;
    }
}
