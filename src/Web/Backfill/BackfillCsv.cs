using Dashboard.Web.Api;

namespace Dashboard.Web.Backfill;

/// <summary>Backlogs and slots as tables.</summary>
internal static class BackfillCsv
{
    public static IReadOnlyList<CsvColumn<BacklogWire>> Backlogs { get; } =
    [
        new("app_name", job => job.AppName),
        new("state", job => job.State),
        new("owed", job => job.Owed.Count),
        new("first_slot", job => job.Owed.First),
        new("last_slot", job => job.Owed.Last),
        new("failing_slot", job => job.FailingSlot),
        new("lost", job => job.Lost.Select(slot => Csv.Cell(slot))),
        new("planned", job => job.Progress?.Planned.Count),
        new("done", job => job.Progress?.Done),
        new("eta", job => job.Eta?.At),
        new("eta_because", job => job.Eta?.Because),
        new("cadence", job => job.Cadence),
        new("run_length", job => job.RunLength?.Median),
        new("run_length_p95", job => job.RunLength?.P95),
        new("runs_measured", job => job.RunLength?.Runs),
        new("because", job => job.Because),
    ];

    public static IReadOnlyList<CsvColumn<SlotWire>> Slots { get; } =
    [
        new("slot", slot => slot.Slot),
        new("state", slot => slot.State),
        new("successes", slot => slot.Successes),
        new("failures", slot => slot.Failures),
        new("ended", slot => slot.Ended),
        new("duration", slot => slot.Duration),
        new("exc_type", slot => slot.ExcType),
    ];
}
