using Dashboard.Core.Backfill;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Dashboard.Core.Tests.Dependencies;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Kit;

namespace Dashboard.Core.Tests.Verdicts.Engine;

/// <summary>A captured database with its configuration, as the engine is told of it.</summary>
internal static class CapturedVerdicts
{
    private static readonly string Ini = Path.Combine(Fixtures.Folder("config"), "crontabber.ini");
    private static readonly string Mapping = Path.Combine(Fixtures.Folder("config"), "crontabber-mapping.json");

    public static async Task<VerdictFacts> FactsAsync(string fixture, DateTimeOffset now, Flavour flavour = Flavour.Crontabber, bool configured = true)
    {
        var (rows, runs) = await Captured.ReadAsync(fixture, flavour);
        var files = configured ? new ScheduleReading(ScheduleFile.Read(Ini), ScheduleFile.ReadMapping(Mapping)) : ScheduleReading.Nothing;
        var book = new ScheduleFold().Next(ScheduleBook.Empty("test"), files, rows, runs, flavour);
        var tick = TickRule.Next(TickSnapshot.Empty("test"), book, rows, runs, now);
        return new VerdictFacts
        {
            Standings = StandingsFold.Next(StandingsSnapshot.Empty("test"), tick, runs, now, book),
            Tick = tick,
            Backlogs = new BacklogFold().Next(BacklogSnapshot.Empty("test"), new BacklogInputs(book, rows, runs, tick), now),
            Book = book,
        };
    }
}
