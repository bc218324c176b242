using System.ComponentModel;
using Dashboard.Core.Backfill;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Api;
using Dashboard.Web.Layout;
using Dashboard.Web.Sources;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Dashboard.Web.Backfill;

/// <summary>Backlogs, slots and plans for other programs. Nothing here changes anything.</summary>
internal static class BackfillApi
{
    private const int UsualSlots = 100;
    private const int MostSlots = 2_000;

    public static IServiceCollection AddBackfillPages(this IServiceCollection services) => services.AddSingleton<JobSlots>();

    public static RouteGroupBuilder MapBackfill(this RouteGroupBuilder api)
    {
        Answers<BacklogListWire>(api.MapReadOrCsv("/backfill", Backlogs), csv: true)
            .WithName("backfill")
            .WithSummary("What every backfill job owes")
            .WithDescription("From the newest snapshot: slots owed, the slot that fails, slots lost for good, when it will be over and what that is reckoned from, and a catch-up as it goes.");
        Answers<SlotListWire>(api.MapReadOrCsv("/jobs/{app_name}/slots", SlotsAsync), csv: true)
            .WithName("slots")
            .WithSummary("The slots of one job and what became of each")
            .WithDescription("At most 2,000 slots, the newest of the range; cut says that there are older ones. known_since says how far back the runs behind it go. Of a job that does not backfill they are its intervals.");
        Answers<BackfillPlanWire>(api.MapRead("/jobs/{app_name}/backfill-plan", PlanAsync), csv: false)
            .WithName("backfill_plan")
            .WithSummary("What would run for a choice of slots")
            .WithDescription(
                "A preview: nothing is changed. The scheduler always runs from last_success up to now, so runs may hold more than was chosen; last_success and next_run are the values it would take. "
                + "Choose with from and until, or name slots one by one.");
        return api;
    }

    private static RouteHandlerBuilder Answers<T>(RouteHandlerBuilder route, bool csv) =>
        (csv ? route.Produces<T>(StatusCodes.Status200OK, "application/json", Csv.ContentType) : route.Produces<T>())
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static IResult Backlogs(
        HttpContext context,
        SourcesNow sources,
        ShownSources shownSources,
        [FromQuery, Description("The source; the first when absent.")] string? source,
        [FromQuery, Description("One or more states, separated by commas.")] string? state,
        [FromQuery, Description(Csv.Description)] string? format)
    {
        var query = new QueryReader(context.Request.Query, "source", "state", Csv.Parameter);
        var csv = Csv.Asked(context, query);
        var states = query.Words<BacklogState>("state");
        source = query.Text("source");
        if (query.Errors.Count > 0)
        {
            return ApiProblem.BadParameters(query.Errors);
        }

        if (sources.Find(source, context.Response, out var problem) is not { } now)
        {
            return problem!;
        }

        var backlogs = shownSources.Find(source)!.Backlogs.Newest;
        var matching = backlogs.Jobs.Where(job => states.Count == 0 || states.Contains(job.State)).ToList();
        return csv
            ? new CsvAnswer<BacklogWire>(Csv.FileName("backfill", now.Standings.Source, backlogs.AsOf), BackfillCsv.Backlogs, matching.Select(BacklogWire.Of))
            : new TaggedJson<BacklogListWire>(() => BacklogListWire.Of(now.Status, now.Standings, backlogs, matching));
    }

    private static async Task<IResult> SlotsAsync(
        HttpContext context,
        SourcesNow sources,
        ShownSources shownSources,
        JobSlots slots,
        [FromRoute(Name = "app_name"), Description("The job's name, percent-encoded.")] string appName,
        [FromQuery, Description("The source; the first when absent.")] string? source,
        [FromQuery, Description("The first moment; the last 100 slots when absent.")] string? from,
        [FromQuery, Description("The last moment, included; the next slot to come when absent.")] string? until,
        [FromQuery, Description(Csv.Description)] string? format)
    {
        var query = new QueryReader(context.Request.Query, "source", "from", "until", Csv.Parameter);
        var csv = Csv.Asked(context, query);
        source = query.Text("source");
        var (first, last) = (query.Instant("from"), query.Instant("until"));
        if (query.Errors.Count > 0)
        {
            return ApiProblem.BadParameters(query.Errors);
        }

        if (Find(context, sources, shownSources, source, segmentsAfter: 1, out var problem) is not var (shown, standing))
        {
            return problem!;
        }

        if (JobSlots.Facts(shown, standing) is not { } facts || SlotGrid.Of(facts.Schedule, facts.Row, JobSlots.Now(shown)) is not { Error: null, Value: var grid })
        {
            return NoSlots(standing.Job.Name, JobSlots.WhyUnknown(shown, standing.Job.Name));
        }

        var end = last ?? grid.At(JobSlots.Now(shown)) + grid.Step;
        var chosen = grid.Between(first ?? Back(end, grid.Step, UsualSlots - 1), end);
        var listed = chosen.Window(Math.Max(chosen.Count - MostSlots, 0), MostSlots);
        var answer = await slots.ReadAsync(shown, standing, listed.Count == 0 ? (end, end) : (listed.First, end), context.RequestAborted);
        if (answer.Ledger is not { } ledger)
        {
            return NoSlots(standing.Job.Name, answer.Notice!);
        }

        var cells = ledger.In(listed).Select(SlotWire.Of).ToList();
        return csv
            ? new CsvAnswer<SlotWire>(Csv.FileName("slots", shown.Source.Name, ledger.Now), BackfillCsv.Slots, cells)
            : new TaggedJson<SlotListWire>(() => new SlotListWire(
                shown.Source.Name, standing.Job.Name, ledger.Now, grid.Step, ledger.Since, listed.Count < chosen.Count, answer.Notice, cells));
    }

    private static async Task<IResult> PlanAsync(
        HttpContext context,
        SourcesNow sources,
        ShownSources shownSources,
        JobSlots slots,
        [FromRoute(Name = "app_name"), Description("The job's name, percent-encoded.")] string appName,
        [FromQuery, Description("The source; the first when absent.")] string? source,
        [FromQuery, Description("missing, missing_and_failed or all; missing when absent.")] string? choice,
        [FromQuery, Description("The first moment.")] string? from,
        [FromQuery, Description("The last moment, included.")] string? until,
        [FromQuery(Name = "slots"), Description("Instead of from and until: slots one by one, separated by commas.")] string? picked)
    {
        var query = new QueryReader(context.Request.Query, "source", "choice", "from", "until", "slots");
        source = query.Text("source");
        var wishes = query.Words<SlotWish>("choice");
        var (first, last, named) = (query.Instant("from"), query.Instant("until"), query.Instants("slots", BackfillPlan.MostListed));
        if (wishes.Count > 1)
        {
            query.Expect("choice", "expected one of missing, missing_and_failed, all.");
        }

        if (named.Count > 0 ? first is not null || last is not null : first is null || last is null)
        {
            query.Expect("from", "expected from and until, or slots.");
        }

        if (query.Errors.Count > 0)
        {
            return ApiProblem.BadParameters(query.Errors);
        }

        if (Find(context, sources, shownSources, source, segmentsAfter: 1, out var problem) is not var (shown, standing))
        {
            return problem!;
        }

        var wish = wishes.Count == 1 ? wishes.Single() : SlotWish.Missing;
        var asked = named.Count > 0 ? BackfillChoice.Of(wish, named) : new BackfillChoice(wish, first!.Value, last!.Value);
        var answer = await slots.ReadAsync(shown, standing, (asked.From, asked.Until), context.RequestAborted);
        return answer.Ledger is { } ledger
            ? new TaggedJson<BackfillPlanWire>(() => BackfillPlanWire.Of(shown.Source.Name, BackfillPlan.For(ledger, asked, ledger.Now)))
            : NoSlots(standing.Job.Name, answer.Notice!);
    }

    private static (ShownSource Shown, JobStanding Standing)? Find(
        HttpContext context, SourcesNow sources, ShownSources shownSources, string? source, int segmentsAfter, out IResult? problem)
    {
        if (sources.Find(source, context.Response, out problem) is not { } now)
        {
            return null;
        }

        var name = PathName.FromEnd(context, segmentsAfter);
        if (now.Standings.Find(name) is not { } standing)
        {
            problem = ApiProblem.UnknownJob(name, now.Standings.Source);
            return null;
        }

        return (shownSources.Find(source)!, standing);
    }

    private static ProblemHttpResult NoSlots(string job, string why) =>
        ApiProblem.Of(StatusCodes.Status404NotFound, "no-slots", "The slots of this job cannot be told", $"'{job}': {why}");

    private static DateTimeOffset Back(DateTimeOffset end, TimeSpan step, int slots) =>
        end.UtcTicks > step.Ticks * slots ? end - (step * slots) : DateTimeOffset.MinValue;
}
