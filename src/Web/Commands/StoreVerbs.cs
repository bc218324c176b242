using System.CommandLine;
using System.Globalization;
using Dashboard.Core.Database;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Stores.Parity;
using Dashboard.Web.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dashboard.Web.Commands;

/// <summary>
/// <c>./run migrate-store FROM TO</c>, <c>./run compare-stores FROM TO</c> and <c>./run probe-store STORE</c>: copies crashes from one store to another while both are in use, says whether
/// they are the same, and whether one works.
/// </summary>
internal static class StoreVerbs
{
    private const int NotWhole = 1;
    private const int NotDone = 2;
    private const int MostShown = 20;

    // Longer than a save into two stores takes.
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);

    /// <summary>All of them, the repair of single crashes, and the checklist before an old store is left.</summary>
    public static IEnumerable<Command> Create(Func<IConfiguration> configuration, TimeProvider clock) => [Migrate(configuration, clock), Compare(configuration, clock), Probe(configuration, clock), CopyCrashVerb.Create(configuration, clock), CutOverVerb.Create(configuration, clock)];

    private static Command Migrate(Func<IConfiguration> configuration, TimeProvider clock)
    {
        var (from, to, first, last) = Places();
        var parallel = new Option<int>("--parallel") { Description = "How many crashes are under way at once at most; fewer while a store says that it is too much", DefaultValueFactory = _ => 32 };
        parallel.Validators.Add(result =>
        {
            if (result.GetValue(parallel) is < 1 or > 1_000)
            {
                result.AddError("--parallel takes a number from 1 to 1000.");
            }
        });
        var command = new Command(
            "migrate-store",
            """
            Copies crashes from one store to another while both are in use. What is in the target already is never overwritten, and nothing is removed from the source.
            It may be ended at any time and goes on where it was; several may work on the same copy. Exit code 0 when everything is copied, 1 when something is left to look at.
            """)
        {
            from, to, first, last, parallel,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            await using var storage = await DashboardStorage.VisitAsync(configuration(), clock, cancellationToken);
            await using var telling = await StoreTelling.BeginAsync(configuration(), storage.Own, clock, cancellationToken);
            var pace = new CopyPace(parsed.GetValue(parallel), clock, telling.Retries);
            var context = new StoreContext(ExecutorIdentity.OfThisProcess("migrate-store", "stores"), pace, clock, NullLoggerFactory.Instance);
            await using var source = new MeteredStore(Open(parsed.GetValue(from)!, context, configuration()), telling.Meter);
            await using var target = new MeteredStore(Open(parsed.GetValue(to)!, context, configuration()), telling.Meter);
            var copier = new Copier(source, target, new CopyLedger(storage.Own), pace, clock, $"{Environment.MachineName}/{Environment.ProcessId}");
            var progress = await TryAsync(() => copier.RunAsync(
                new CopyPlan(source.Name, target.Name, parsed.GetValue(first), parsed.GetValue(last)), new Said(error, pace), cancellationToken));
            await output.WriteLineAsync(Words(progress));
            return progress.IsWhole ? 0 : progress.Done < progress.Shards ? NotDone : NotWhole;
        });
        return command;
    }

    private static Command Compare(Func<IConfiguration> configuration, TimeProvider clock)
    {
        var (from, to, first, last) = Places();
        var rate = new Option<double>("--sample") { Description = "Which part of what both have is read and compared to the byte, from 0 to 1", DefaultValueFactory = _ => 0.01 };
        rate.Validators.Add(result =>
        {
            if (result.GetValue(rate) is not (>= 0 and <= 1))
            {
                result.AddError("--sample takes a number from 0 to 1.");
            }
        });
        var seed = new Option<long>("--seed") { Description = "Which part: with the same seed the same one", DefaultValueFactory = _ => 1 };
        var least = new Option<int>("--least") { Description = "How many things of each day and kind are read at least", DefaultValueFactory = _ => 5 };
        least.Validators.Add(result =>
        {
            if (result.GetValue(least) is < 0 or > 10_000)
            {
                result.AddError("--least takes a number from 0 to 10000.");
            }
        });
        var seam = new Option<DateOnly[]>("--seam") { Description = "Days of which everything is read, where a copy and live writes meet; as often as wanted", CustomParser = result => [.. result.Tokens.Select(token => Day(token.Value, result.AddError))] };
        var record = new Option<bool>("--record") { Description = "Keep what is found in the dashboard's own records, for the page /stores, for /metrics, and as evidence for ./run cut-over" };
        var command = new Command(
            "compare-stores",
            "Lists both stores completely and says what is missing or different in the second, and how sure that is of what a listing does not show. Exit code 0 when nothing is, else 1.")
        {
            from, to, first, last, rate, least, seed, seam, record,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var context = new StoreContext(ExecutorIdentity.OfThisProcess("compare-stores", "stores"), SilentTelemetry.Instance, clock, NullLoggerFactory.Instance);
            await using var source = Open(parsed.GetValue(from)!, context, configuration());
            await using var target = Open(parsed.GetValue(to)!, context, configuration());
            var plan = new ParityPlan(parsed.GetValue(first), parsed.GetValue(last)) { SampleRate = parsed.GetValue(rate), LeastOfEach = parsed.GetValue(least), Seed = parsed.GetValue(seed), Seam = parsed.GetValue(seam) ?? [], Settle = Settle };
            var begun = clock.GetUtcNow();
            var report = await TryAsync(() => new ParityAudit(source, target).RunAsync(plan, null, cancellationToken));
            var ended = clock.GetUtcNow();
            await WriteAsync(parsed.InvocationConfiguration.Output, report);
            if (parsed.GetValue(record))
            {
                await using var storage = await DashboardStorage.VisitAsync(configuration(), clock, cancellationToken);
                await new ParityRecords(storage.Own).KeepAsync(report, begun, ended, cancellationToken);
            }

            return report.IsWhole ? 0 : NotWhole;
        });
        return command;
    }

    private static Command Probe(Func<IConfiguration> configuration, TimeProvider clock)
    {
        var place = new Argument<string>("STORE") { Description = $"The store: {StoreAddress.Forms}" };
        var seconds = new Option<double>("--deadline") { Description = "How many seconds each step may take", DefaultValueFactory = _ => 5 };
        seconds.Validators.Add(result =>
        {
            if (result.GetValue(seconds) is not (> 0 and <= 3_600))
            {
                result.AddError("--deadline takes seconds, more than 0 and at most 3600.");
            }
        });
        var command = new Command(
            "probe-store",
            $"Does what a store is for: saves a crash, always the same one ({StoreProbe.Canary}), reads it back, compares it and lists it; publishes a message to a queue of its own and waits until it is confirmed. Exit code 0 when all of it went well, else 1.")
        {
            place, seconds,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var context = new StoreContext(ExecutorIdentity.OfThisProcess("probe-store", "stores"), SilentTelemetry.Instance, clock, NullLoggerFactory.Instance);
            await using var store = Open(parsed.GetValue(place)!, context, configuration());
            var steps = await new StoreProbe(clock, TimeSpan.FromSeconds(parsed.GetValue(seconds))).ProbeAsync(store, cancellationToken);
            foreach (var step in steps)
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync(
                    string.Create(CultureInfo.InvariantCulture, $"{step.Kind.ToString().ToLowerInvariant(),-8} {(step.Ok ? "ok    " : "failed")} {step.Took.TotalMilliseconds,8:0} ms{(step.Detail is { } detail ? $"  {detail}" : "")}"));
            }

            foreach (var ability in steps.All(step => step.Ok) ? await new AbilityProbe(clock, TimeSpan.FromSeconds(parsed.GetValue(seconds))).FindAsync(store, cancellationToken) : [])
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync($"{StoreWords.Ability(ability)}{(ability.Detail is { } detail ? $"  {detail}" : "")}");
            }

            return steps.All(step => step.Ok) ? 0 : NotWhole;
        });
        return command;
    }

    private static (Argument<string> From, Argument<string> To, Option<DateOnly> First, Option<DateOnly> Last) Places() => (
        new Argument<string>("FROM") { Description = $"The store that is right: {StoreAddress.Forms}" },
        new Argument<string>("TO") { Description = "The store that is to be the same" },
        new Option<DateOnly>("--from") { Description = "The first day in the ids, as 2015-03-31", Required = true, CustomParser = result => Day(result.Tokens[0].Value, result.AddError) },
        new Option<DateOnly>("--to") { Description = "The last day", Required = true, CustomParser = result => Day(result.Tokens[0].Value, result.AddError) });

    private static DateOnly Day(string text, Action<string> refuse)
    {
        if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            refuse($"'{text}' is no day; one is written as 2015-03-31.");
        }

        return day;
    }

    internal static ICrashStore Open(string address, StoreContext context, IConfiguration configuration)
    {
        try
        {
            return StoreAddress.Open(address, context, key => configuration[$"StoreSecrets:{key}"]);
        }
        catch (FormatException cause)
        {
            throw new VerbException(cause.Message);
        }
    }

    // What a store is not set up for, or cannot do, is for who typed it.
    internal static async Task<T> TryAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception cause) when (cause is StoreMisconfiguredException or NotSupportedException or ArgumentException or IOException or HttpRequestException or TimeoutException or Amazon.Runtime.AmazonServiceException)
        {
            throw new VerbException(cause.Message);
        }
    }

    private static string Words(CopyProgress progress) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {progress.Done} of {progress.Shards} parts done{(progress.OldestOpenDay is { } day ? $", the oldest that is not is of {day:yyyy-MM-dd}" : "")}: {Many(progress.Crashes, "crash", "crashes")}, {Many(progress.Created, "thing", "things")} copied ({progress.Bytes / 1e6:N1} MB), {progress.Present:N0} there already.
        {(progress.IsWhole ? "Nothing is left to look at." : $"Left to look at: {progress.Failed:N0} failed and tried again the next time; {progress.Conflicts:N0} something else in the target, where it stays; {Many(progress.Torn, "dump", "dumps")} named in the source and not there.")}
        """);

    private static string Many(long number, string one, string more) => string.Create(CultureInfo.InvariantCulture, $"{number:N0} {(number == 1 ? one : more)}");

    private static async Task WriteAsync(TextWriter output, ParityReport report)
    {
        foreach (var day in report.Cells.GroupBy(cell => cell.Day))
        {
            foreach (var cell in day)
            {
                await output.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{cell.Day:yyyy-MM-dd} {new CrashItem(cell.Kind, ""),-16} same {cell.Same,10:N0}   missing {cell.OnlySource,8:N0}   different {cell.Differs,8:N0}   only in the second {cell.OnlyTarget,8:N0}   read {cell.Read,8:N0}   unreadable {cell.Unread,8:N0}"));
            }
        }

        foreach (var difference in report.Differences.Take(MostShown))
        {
            await output.WriteLineAsync($"  {difference.Id} {difference.Item}: {difference.Outcome switch { ParityOutcome.OnlySource => "missing", ParityOutcome.OnlyTarget => "only in the second", _ => "different" }}");
        }

        if (report.Differences.Count > MostShown)
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  and {report.Differences.Count - MostShown:N0} more"));
        }

        await output.WriteLineAsync(report.Sample.Drawn == 0
            ? "Both were listed completely. Nothing was drawn to be read, so what is inside is known only as far as sizes and checksums of the listings go."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"Both were listed completely. {Many(report.Sample.Drawn, "thing was", "things were")} drawn by chance and read, {report.Sample.Bad:N0} differed: of those in both at most {report.Sample.Upper95:0.0E+0} differ at 95 % confidence, {report.Sample.Upper99:0.0E+0} at 99 %."));
    }

    /// <summary>A line after each page, on the side.</summary>
    private sealed class Said(TextWriter error, CopyPace pace) : IProgress<CopyPage>
    {
        private long crashes;

        public void Report(CopyPage value) => error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Many(Interlocked.Add(ref crashes, value.Crashes), "crash", "crashes")}; {pace.Now} at once{(pace.HeldBack > 0 ? $", held back {pace.HeldBack:N0} times" : "")}{(value.Failures.Count > 0 ? $"; {value.Failures.Count:N0} not copied" : "")}"));
    }
}
