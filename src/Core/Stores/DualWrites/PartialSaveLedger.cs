using System.Text.Json;
using Dashboard.Core.Database;
using Dashboard.Core.Failures;
using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.DualWrites;

/// <summary>The dual-write ledger: saves that reached one store and not the other, in the dashboard's own records, until they are repaired.</summary>
public sealed class PartialSaveLedger(OwnDatabase database)
{
    private const int LongestError = 1_000;

    // The same again is one row that is open again: what was repaired once may be missing anew.
    private const string TellSql = """
        insert into dashboard.store_partial_save (crash_id, kind, missing, composite, has, error)
        values (@crashId, @kind, @missing, @composite, @has, @error)
        on conflict (crash_id, kind, missing) do update
           set composite = excluded.composite, has = excluded.has, error = excluded.error, state = 'open', times = store_partial_save.times + 1,
               attempts = 0, last_at = now(), next_try_at = now(), settled_at = null
        """;

    private const string DueSql = """
        select crash_id as CrashId, kind, missing, composite, array_to_json(has)::text as has, error, times, attempts
          from dashboard.store_partial_save
         where state = 'open' and next_try_at <= now() and missing = any(@among)
         order by next_try_at, crash_id
         limit @most
        """;

    // Only as it was seen: a save that failed meanwhile opened it anew.
    private const string SettleSql = """
        update dashboard.store_partial_save
           set state = @state, settled_at = now(), error = case when @state = 'repaired' then null else @error end, attempts = attempts + 1
         where crash_id = @crashId and kind = @kind and missing = @missing and state = 'open' and times = @times
        """;

    private const string PutOffSql = """
        update dashboard.store_partial_save
           set attempts = attempts + 1, error = @error, next_try_at = now() + least(interval '5 minutes', interval '1 second' * power(2, least(attempts, 10)))
         where crash_id = @crashId and kind = @kind and missing = @missing and state = 'open' and times = @times
        """;

    private const string CountsSql = """
        with hourly as (
            select missing, greatest(0, floor(extract(epoch from now() - last_at) / 3600))::int as ago, count(*)::int as saves
              from dashboard.store_partial_save
             where last_at > now() - interval '24 hours'
             group by missing, ago),
        lately as (
            select missing, json_object_agg(ago, saves)::text as hours
              from hourly
             group by missing)
        select missing, count(*) filter (where state = 'open') as open, count(*) filter (where state = 'repaired') as repaired, count(*) filter (where state = 'conflict') as conflicts,
               min(first_at) filter (where state = 'open') as OldestOpenAt, max(last_at) as LastAt,
               (array_agg(error order by last_at desc) filter (where state <> 'repaired'))[1] as why, max(lately.hours) as hours
          from dashboard.store_partial_save
          left join lately using (missing)
         group by missing
         order by missing
        """;

    // What was settled long ago is of no use to anybody.
    private const string ForgetSql = """
        delete from dashboard.store_partial_save where state = 'repaired' and settled_at < now() - @after
        """;

    /// <summary>Writes one down.</summary>
    public Task AddAsync(PartialSave save, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(save);
        return database.Now.Statements.ExecuteAsync(
            TellSql, new { crashId = save.Id.Value, kind = Word(save.Kind), missing = save.Missing, composite = save.Composite, has = save.Has.ToArray(), error = Short(save.Why) }, cancellationToken);
    }

    /// <summary>Those to be repaired now, the longest waiting first.</summary>
    /// <param name="among">The stores that can be reached.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<OpenPartialSave>> DueAsync(IReadOnlyList<string> among, int most, CancellationToken cancellationToken) =>
        [.. (await database.Now.Statements.QueryAsync<Row>(DueSql, new { among = among.ToArray(), most }, cancellationToken)).Select(row => row.ToOpen())];

    /// <summary>Says what became of one.</summary>
    public Task SettleAsync(OpenPartialSave open, PartialSaveState state, string? why, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(open);
        return database.Now.Statements.ExecuteAsync(SettleSql, Key(open, state == PartialSaveState.Repaired ? "repaired" : "conflict", why), cancellationToken);
    }

    /// <summary>Puts one off: it could not be repaired now.</summary>
    public Task PutOffAsync(OpenPartialSave open, string why, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(open);
        return database.Now.Statements.ExecuteAsync(PutOffSql, Key(open, "open", why), cancellationToken);
    }

    /// <summary>Forgets what was repaired long ago.</summary>
    public Task ForgetAsync(TimeSpan after, CancellationToken cancellationToken) => database.Now.Statements.ExecuteAsync(ForgetSql, new { after }, cancellationToken);

    /// <summary>How many there are of each store, by store.</summary>
    public async Task<IReadOnlyList<PartialSaveCount>> CountsAsync(CancellationToken cancellationToken) =>
        [.. (await database.Now.Statements.QueryAsync<CountRow>(CountsSql, new { }, cancellationToken)).Select(row => row.ToCount())];

    private static object Key(OpenPartialSave open, string state, string? why) =>
        new { crashId = open.Save.Id.Value, kind = Word(open.Save.Kind), missing = open.Save.Missing, times = open.Times, state, error = why is null ? null : Short(why) };

    private static string Short(string text) => Redaction.Of(text) is { Length: > LongestError } shown ? shown[..LongestError] : Redaction.Of(text);

    private static string Word(SavedKind kind) => kind switch { SavedKind.Raw => "raw", SavedKind.Processed => "processed", _ => "both" };

    private sealed record Row(string CrashId, string Kind, string Missing, string Composite, string Has, string? Error, int Times, int Attempts)
    {
        public OpenPartialSave ToOpen() => new(
            new PartialSave(Crashes.CrashId.Parse(CrashId), Kind switch { "raw" => SavedKind.Raw, "processed" => SavedKind.Processed, _ => SavedKind.Both }, Composite, Missing, JsonSerializer.Deserialize<string[]>(Has)!, Error ?? ""), Times, Attempts);
    }

    private sealed record CountRow(string Missing, long Open, long Repaired, long Conflicts, DateTime? OldestOpenAt, DateTime LastAt, string? Why, string? Hours)
    {
        public PartialSaveCount ToCount() => new(Missing, Open, Repaired, Conflicts, OldestOpenAt is { } at ? new DateTimeOffset(at, TimeSpan.Zero) : null, new DateTimeOffset(LastAt, TimeSpan.Zero), Why) { Hours = Of(Hours) };

        // By how many hours ago.
        private static int[] Of(string? hours)
        {
            var newestLast = new int[PartialSaveCount.HoursKept];
            foreach (var (ago, saves) in JsonSerializer.Deserialize<Dictionary<int, int>>(hours ?? "{}")!)
            {
                newestLast[Math.Max(0, newestLast.Length - 1 - ago)] += saves;
            }

            return newestLast;
        }
    }
}
