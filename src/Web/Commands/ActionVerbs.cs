using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Dashboard.Core.Access;
using Dashboard.Core.Actions;
using Dashboard.Core.Backfill;
using Dashboard.Core.Monitoring;
using Dashboard.Web.Jobs;

namespace Dashboard.Web.Commands;

/// <summary>
/// <c>./run run-job|backfill|mark-success|reset-job|clear-lock|hold|release|prune|ack JOB</c>: the actions of the pages at the terminal, with the same plans, the same
/// guard and the same audit. Without <c>--yes</c> a plan is shown and nothing is done.
/// </summary>
internal sealed class ActionVerbs(Func<IConfiguration> configuration, TimeProvider clock)
{
    /// <summary>It was done, or with <c>--plan</c> it could be.</summary>
    public const int Done = 0;

    /// <summary>It cannot be done, or could not be looked at; nothing was done.</summary>
    public const int Refused = 1;

    /// <summary>Neither <c>--plan</c> nor <c>--yes</c>, or something it needs was not said; nothing was done.</summary>
    public const int NotAgreed = 2;

    /// <summary>The row moved since the plan; nothing was done.</summary>
    public const int Stale = 3;

    /// <summary>Somebody held the row, or the database was out of reach; nothing was done, and it can be tried again.</summary>
    public const int Busy = 4;

    /// <summary>The answer was lost; what became of it is being found out, and the activity will say.</summary>
    public const int Unknown = 5;

    private static readonly (string Verb, ActionKind Kind, string What)[] Known =
    [
        ("run-job", ActionKind.RunNow, "Makes a job due: the next tick starts it."),
        ("backfill", ActionKind.Backfill, "Has slots of a job run that were missed or failed, or all of some time."),
        ("mark-success", ActionKind.MarkSuccess, "Takes a job for done without running it."),
        ("reset-job", ActionKind.Reset, "Deletes a job's row: it starts as if it had never run."),
        ("clear-lock", ActionKind.ClearLock, "Takes away a lock whose process is gone."),
        ("hold", ActionKind.Hold, "Keeps a job from running for a while."),
        ("release", ActionKind.Release, "Ends a hold."),
        ("prune", ActionKind.Prune, "Deletes the row of a job that is not configured any more."),
        ("ack", ActionKind.Acknowledge, "Says that somebody knows of a job's trouble; lapses with its next run."),
    ];

    private readonly Argument<string> job = new("JOB") { Description = "The job's app_name" };
    private readonly Option<bool> plan = new("--plan") { Description = "Show what it would do, and do nothing" };
    private readonly Option<bool> yes = new("--yes") { Description = "Do it; needs --reason" };
    private readonly Option<string?> reason = new("--reason") { Description = "Why; kept in the audit" };
    private readonly Option<string?> again = new("--careful") { Description = "The job's name once more, where the plan asks for it: something is lost then that no undo brings back" };
    private readonly Option<string?> source = new("--source") { Description = "The source's name as configured, or a connection string; the first one by default" };
    private readonly Option<string?> jobs = new("--jobs") { Description = "The scheduler's configuration, in place of the configured one" };
    private readonly Option<string?> mapping = new("--mapping") { Description = "The file that names the classes, in place of the configured one" };
    private readonly Option<TimeSpan?> length = new("--for") { Description = "How long a hold lasts: 30m, 4h or 2d", CustomParser = Length };
    private readonly Option<DateTimeOffset?> until = new("--until") { Description = "The end of a hold, with its zone: 2026-11-22T06:00Z", CustomParser = Moment };
    private readonly Option<DateTimeOffset?> from = new("--from") { Description = "The first slot: 2026-11-15T00:00Z", CustomParser = Moment };
    private readonly Option<DateTimeOffset?> to = new("--to") { Description = "The last slot, included", CustomParser = Moment };
    private readonly Option<string[]> slots = new("--slot") { Description = "A slot, as often as wanted, in place of --from and --to", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string> wish = new("--wish") { Description = "Which of them: missing, missing_and_failed or all", DefaultValueFactory = _ => "missing" };

    /// <summary>All nine.</summary>
    public static IEnumerable<Command> Create(Func<IConfiguration> configuration, TimeProvider clock) => Known.Select(verb => new ActionVerbs(configuration, clock).Of(verb.Verb, verb.Kind, verb.What));

    private Command Of(string verb, ActionKind kind, string what)
    {
        var command = new Command(verb, $"{what} Exit code 0 done, 1 refused, 2 not agreed to, 3 the row has moved, 4 the row is held or the database away, 5 not known yet.") { job, plan, yes, reason, again, source, jobs, mapping };
        switch (kind)
        {
            case ActionKind.Hold:
                command.Add(length);
                command.Add(until);
                command.Validators.Add(asked => Require(asked, () => (asked.GetValue(length) is null) != (asked.GetValue(until) is null), "A hold has an end: --for 4h, or --until a moment."));
                break;
            case ActionKind.Backfill:
                command.Add(from);
                command.Add(to);
                command.Add(slots);
                command.Add(wish);
                wish.AcceptOnlyFromAmong("missing", "missing_and_failed", "all");
                command.Validators.Add(asked => Require(
                    asked, () => asked.GetValue(slots) is { Length: > 0 } ? asked.GetValue(from) is null && asked.GetValue(to) is null : asked.GetValue(from) is { } first && asked.GetValue(to) is { } last && first <= last,
                    "Which slots: --from and --to, in this order, or --slot as often as wanted."));
                break;
        }

        command.Validators.Add(asked => Require(asked, () => !(asked.GetValue(plan) && asked.GetValue(yes)), "Either --plan or --yes."));
        command.Validators.Add(asked => Require(asked, () => !asked.GetValue(yes) || !string.IsNullOrWhiteSpace(asked.GetValue(reason)), "--yes needs --reason: it is kept in the audit."));
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, kind, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, ActionKind kind, CancellationToken cancellationToken)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        try
        {
            await using var visit = await ActionVisit.OpenAsync(configuration(), clock, (parsed.GetValue(source), parsed.GetValue(jobs), parsed.GetValue(mapping)), cancellationToken);
            var who = Actor.AtTerminal(Environment.UserName);
            var planned = await visit.Actions.PlanAsync(who, Wish(parsed, kind, visit.Source.Name), null, cancellationToken);
            if (planned.Value is not { } kept)
            {
                await error.WriteLineAsync(planned.Because);
                return Refused;
            }

            await output.WriteAsync(PlanPrint.Of(kept.Plan));
            if (!visit.Jobs.Contains(kept.Plan.Job, StringComparer.Ordinal) && SimilarNames.To(kept.Plan.Job, visit.Jobs) is { Count: > 0 } near)
            {
                await error.WriteLineAsync($"Did you mean {string.Join(", or ", near.Select(PlanPrint.OneLine))}?");
            }

            if (kept.Plan.Refusal is not null || parsed.GetValue(plan) || !parsed.GetValue(yes))
            {
                await visit.Actions.WithdrawAsync(who, kept.Id, cancellationToken);
                if (kept.Plan.Refusal is null && !parsed.GetValue(plan))
                {
                    await error.WriteLineAsync("Nothing was done: --yes --reason \"…\" does it.");
                }

                return kept.Plan.Refusal is not null ? Refused : parsed.GetValue(plan) ? Done : NotAgreed;
            }

            if (kept.Plan.AsksForName && parsed.GetValue(again) != kept.Plan.Job)
            {
                await visit.Actions.WithdrawAsync(who, kept.Id, cancellationToken);
                await error.WriteLineAsync($"Nothing was done. Read the plan: no undo brings back what is lost. --careful {kept.Plan.Job} does it all the same.");
                return NotAgreed;
            }

            var answer = await visit.Actions.CommitAsync(who, kept.Id, parsed.GetValue(reason), parsed.GetValue(again), cancellationToken);
            await (answer.Value?.Outcome == ActionOutcome.Done ? output : error).WriteLineAsync(answer.Value?.Sentence ?? answer.Because);
            return answer.Value?.Outcome switch
            {
                ActionOutcome.Done => Done,
                ActionOutcome.Stale => Stale,
                ActionOutcome.Busy => Busy,
                ActionOutcome.Unknown => Unknown,
                _ => Refused,
            };
        }
        catch (GlanceException cause)
        {
            await error.WriteLineAsync(cause.Message);
            return Busy;
        }
    }

    private ActionWish Wish(ParseResult parsed, ActionKind kind, string named)
    {
        var now = clock.GetUtcNow();
        var wanted = new ActionWish(kind, named, parsed.GetRequiredValue(job));
        return kind switch
        {
            ActionKind.Hold => wanted with { Until = parsed.GetValue(until) ?? new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero) + parsed.GetValue(length) },
            ActionKind.Backfill => wanted with { Slots = Chosen(parsed) },
            _ => wanted,
        };
    }

    private BackfillChoice Chosen(ParseResult parsed)
    {
        var wished = parsed.GetRequiredValue(wish) switch
        {
            "all" => SlotWish.All,
            "missing_and_failed" => SlotWish.MissingAndFailed,
            _ => SlotWish.Missing,
        };
        return parsed.GetValue(slots) is { Length: > 0 } picked
            ? BackfillChoice.Of(wished, [.. picked.Select(text => Read(text) ?? throw new VerbException($"'{text}' is no moment: 2026-11-15T00:00Z was expected."))])
            : new BackfillChoice(wished, parsed.GetValue(from)!.Value, parsed.GetValue(to)!.Value);
    }

    // What could not be read has said so itself; asking for its value then would end the program instead.
    private static void Require(SymbolResult asked, Func<bool> met, string otherwise)
    {
        try
        {
            if (!met())
            {
                asked.AddError(otherwise);
            }
        }
        catch (InvalidOperationException cause)
        {
            asked.AddError(cause.Message);
        }
    }

    private static TimeSpan? Length(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        if (text.Length > 1 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 10_000)
        {
            switch (text[^1])
            {
                case 'm': return TimeSpan.FromMinutes(number);
                case 'h': return TimeSpan.FromHours(number);
                case 'd': return TimeSpan.FromDays(number);
            }
        }

        argument.AddError($"'{text}' is no length of time: a number and m, h or d was expected, such as 4h.");
        return null;
    }

    private static DateTimeOffset? Moment(ArgumentResult argument)
    {
        if (Read(argument.Tokens[0].Value) is { } moment)
        {
            return moment;
        }

        argument.AddError($"'{argument.Tokens[0].Value}' is no moment: 2026-11-15T00:00Z was expected.");
        return null;
    }

    private static DateTimeOffset? Read(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) ? moment : null;
}
