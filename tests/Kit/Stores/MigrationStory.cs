using System.Globalization;
using System.Text.RegularExpressions;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Parity;

namespace Dashboard.Kit.Stores;

/// <summary>What a part of the story is to meet.</summary>
/// <param name="Kills">How often the copier is killed.</param>
/// <param name="OtherOpinion">Somebody else's count of the differences between two stores; null where nobody else can compare them.</param>
public sealed record MoveFaults(int Kills, Func<StoryStore, StoryStore, Task<int>>? OtherOpinion = null);

/// <summary>
/// The move the crash stores were made for, with the real program: an old store alone, then both written together, what was there before copied while new crashes come in, both compared, the old one
/// taken out by editing the settings and SIGHUP, silence. With faults in the middle. It throws when anything is lost, counted twice or not found.
/// </summary>
/// <param name="dashboard">The program.</param>
/// <param name="say">Told each thing as it happens.</param>
/// <param name="cancellationToken">Ends it.</param>
public sealed partial class MigrationStory(StoryDashboard dashboard, Action<string> say, CancellationToken cancellationToken) : IAsyncDisposable
{
    private const int OldDays = 4;
    private const int EachDay = 50;
    private readonly DateOnly today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
    private readonly List<CrashId> old = [];
    private LiveCrashes? live;

    /// <summary>Every crash there ever was.</summary>
    public IReadOnlyList<CrashId> All => [.. old, .. live?.Saved ?? []];

    /// <summary>The days of the old crashes, on which nothing new comes in.</summary>
    public IEnumerable<DateOnly> ClosedDays => old.Select(id => id.Day!.Value).Distinct();

    /// <summary>How many saves reached one store only in all of it.</summary>
    public long Partial { get; private set; }

    /// <summary>How many differences were injected, and found.</summary>
    public int Found { get; private set; }

    /// <summary>The old store alone: crashes of some days are in it, and new ones come in from now on.</summary>
    public async Task BeginAsync(StoryStore first, int port)
    {
        ArgumentNullException.ThrowIfNull(first);
        say($"Saving {OldDays * EachDay} crashes into the old store, then starting the dashboard…");
        dashboard.Know(first);
        await first.PrepareAsync(cancellationToken);
        await using (var store = first.Open())
        {
            for (var number = 0; number < OldDays * EachDay; number++)
            {
                var id = CrashId.New(today.AddDays(-1 - (number % OldDays)));
                await store.SaveRawAndProcessedAsync(LiveCrashes.RawOf(id), LiveCrashes.DumpsOf(id), LiveCrashes.ProcessedOf(id), id, cancellationToken);
                old.Add(id);
            }
        }

        await dashboard.StartAsync(port, first);
        live = LiveCrashes.Begin(dashboard.Queue);
        await dashboard.UntilAsync("select coalesce(sum(writes), 0) from dashboard.store_use", writes => writes > 0, "the first new crash is in the old store");
        say($"The old store alone has {old.Count} crashes of {OldDays} days, and new ones come in: {first.Address}");
    }

    /// <summary>Moves from one store to the next.</summary>
    public async Task MoveAsync(StoryStore from, StoryStore to, MoveFaults faults)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(faults);
        dashboard.Know(to);
        say($"Moving to {to.Address}");
        await RefusalsAsync(from, to);
        await to.PrepareAsync(cancellationToken);
        say($"SIGHUP: {await dashboard.ExchangeAsync(from, to)} Each crash is saved into both.");

        // Of one old crash something else is in the new store already, and one is torn in the old one, as far as it can be.
        var (conflict, torn) = (old[7], from.CanBeTorn ? old[9] : (CrashId?)null);
        await using (var store = to.Open())
        {
            await store.SaveProcessedAsync(ProcessedCrash.Parse($$"""{"uuid": "{{conflict}}", "signature": "js::SomethingElse"}"""), cancellationToken);
        }

        if (torn is { } tearing)
        {
            await from.TearAsync(tearing, "upload_file_minidump_flash1", cancellationToken);
        }

        string[] days = ["--from", Day(today.AddDays(-OldDays)), "--to", Day(today.AddDays(1))];
        await CopyAsync(from, to, days, faults.Kills);
        await CountsAsync(conflict, torn);
        await RepairedAsync();
        await DifferencesAsync(from, to, days, conflict, faults);
        await MendAsync(from, to, days, conflict, torn);
        await CutOverAsync(from, to, days);
    }

    /// <summary>Ends the new crashes, and looks for every crash there ever was in the last store.</summary>
    public async Task EndAsync(StoryStore last)
    {
        ArgumentNullException.ThrowIfNull(last);
        await live!.EndAsync();
        await dashboard.DrainedAsync();
        await using var store = last.Open();
        foreach (var id in All)
        {
            if (await LiveCrashes.LackAsync(store, id, cancellationToken) is { } lack)
            {
                throw new InvalidOperationException($"Crash {id} is not in {last.Address} as it was saved: {lack}");
            }
        }

        say($"All {All.Count} crashes are in {last.Address} as they were saved; {live.Saved.Count} of them came in meanwhile. Lost: 0.");
    }

    /// <summary>Nothing new comes in any more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (live is not null)
        {
            await live.DisposeAsync();
        }
    }

    // A word that is no class, and a store that cannot be written: what is in use stays.
    private async Task RefusalsAsync(StoryStore from, StoryStore to)
    {
        say($"SIGHUP with a mistake in the file: {Short(await dashboard.RefuseAsync(dashboard.Settings(from, to).Replace("PolyStore", "PollyStore", StringComparison.Ordinal), "PolyStore"))}");
        if (to is StoryBucket)
        {
            say($"SIGHUP before there is a bucket: {Short(await dashboard.RefuseAsync(dashboard.Settings(from, to), "do not work"))}");
        }
    }

    private async Task CopyAsync(StoryStore from, StoryStore to, string[] days, int kills)
    {
        string[] copy = ["migrate-store", from.Address, to.Address, .. days];
        for (var kill = 1; kill <= kills; kill++)
        {
            await using var killed = dashboard.Begin(copy);
            if (kill % 2 == 0)
            {
                await killed.SaysAsync(SomeCrashes());
            }
            else
            {
                await dashboard.UntilAsync("select count(*) from dashboard.store_copy_shard where lease_until > now() and not done", working => working > 0, "a part is being copied");
            }

            if (kill == (kills + 1) / 2)
            {
                await BreakAsync(to);
            }

            await killed.SignalAsync("KILL");
            await killed.Process.WaitForExitAsync(cancellationToken);

            // As if the ten minutes of its lease were over.
            await dashboard.ExecuteAsync("update dashboard.store_copy_shard set lease_until = now() - interval '1 second' where lease_until is not null");
        }

        if (kills == 0)
        {
            await BreakAsync(to);
        }

        var (code, words) = await dashboard.RunAsync(copy);
        Must(code == 1, $"The copy is done but for what is to be looked at:\n{words}");
        say($"The copier was killed {kills} times, and went on: {words.Split('\n')[^2]}");
        say($"  {words.Split('\n')[^1]}");
    }

    // Saves of new crashes fail in one of both for a while.
    private async Task BreakAsync(StoryStore store)
    {
        var before = await dashboard.NumberAsync(PartialSql);
        await store.BreakAsync(broken: true);
        try
        {
            await dashboard.UntilAsync(PartialSql, saves => saves > before, "a save that reached the old store only is written down");
        }
        finally
        {
            await store.BreakAsync(broken: false);
        }

        say($"The new store {store.Trouble} for a while: saves that reached the old one only are in the ledger.");
    }

    // Of the days nothing new came in, each thing was counted once, however often the copier died.
    private async Task CountsAsync(CrashId conflict, CrashId? torn)
    {
        var copyId = await dashboard.NumberAsync("select max(copy_id) from dashboard.store_copy");
        var closed = string.Create(CultureInfo.InvariantCulture, $"from dashboard.store_copy_shard where copy_id = {copyId} and day < date '{today:yyyy-MM-dd}'");
        var crashes = await dashboard.NumberAsync($"select sum(crashes) {closed}");
        var things = await dashboard.NumberAsync($"select sum(created + present) {closed}");
        var expected = (old.Count * LiveCrashes.Things) - 1 - (torn is null ? 0 : 1);
        Must(crashes == old.Count, $"{crashes} crashes were counted of {old.Count}.");
        Must(things == expected, $"{things} things were counted of {expected}.");
        var failures = await dashboard.NumberAsync($"select count(*) from dashboard.store_copy_failure where copy_id = {copyId} and crash_id in ('{conflict}'{(torn is { } id ? $", '{id}'" : "")})");
        Must(failures == (torn is null ? 1 : 2), $"{failures} of what was injected is in the list of failures.");
        say(string.Create(CultureInfo.InvariantCulture, $"Counted exactly: {crashes} crashes and {things} things of the days before, once each; {failures} to look at, as injected."));
    }

    private async Task RepairedAsync()
    {
        Partial = await dashboard.NumberAsync("select count(*) from dashboard.store_partial_save");
        await dashboard.UntilAsync("select count(*) from dashboard.store_partial_save where state = 'open'", open => open == 0, "all saves that reached one store only are repaired");
        var conflicts = await dashboard.NumberAsync("select count(*) from dashboard.store_partial_save where state = 'conflict'");
        Must(conflicts == 0, $"{conflicts} partial saves met something else.");
        say(string.Create(CultureInfo.InvariantCulture, $"{Partial} {(Partial == 1 ? "save" : "saves")} had reached one store only; {(Partial == 1 ? "it is" : "all are")} repaired."));
    }

    private async Task DifferencesAsync(StoryStore from, StoryStore to, string[] days, CrashId conflict, MoveFaults faults)
    {
        // Missing with all that is of it, and one thing that is something else: what was injected and nothing more. A listing of files does not show what is inside: that day is read.
        var missing = old[3];
        await using (var store = to.Open())
        {
            await store.RemoveAsync(missing, cancellationToken);
        }

        var (code, words) = await dashboard.RunAsync(["compare-stores", from.Address, to.Address, .. days, "--sample", "0", "--seam", Day(conflict.Day!.Value)]);
        var found = Difference().Matches(words).Select(match => $"{match.Groups["id"].Value} {match.Groups["how"].Value}").GroupBy(line => line).ToDictionary(same => same.Key, same => same.Count());
        Must(code == 1, words);
        Must(found.GetValueOrDefault($"{missing} missing") == LiveCrashes.Things && found.GetValueOrDefault($"{conflict} different") == 1 && found.Keys.All(line => line.EndsWith("only in the second", StringComparison.Ordinal) || found[line] == (line.EndsWith("missing", StringComparison.Ordinal) ? LiveCrashes.Things : 1)) && found.Keys.Count(line => !line.EndsWith("only in the second", StringComparison.Ordinal)) == 2, $"The comparison found something else than what was injected:\n{words}");
        Found += LiveCrashes.Things + 1;
        say($"The comparison found what was injected and nothing else: {LiveCrashes.Things} things missing, 1 different.");
        if (faults.OtherOpinion is { } ask)
        {
            var others = await ask(from, to);
            Must(others == LiveCrashes.Things + 1, $"Somebody else found {others} differences.");
            say(string.Create(CultureInfo.InvariantCulture, $"rclone check found {others} differences as well."));
        }
    }

    // What an operator does about it: what is wrong in the new store is taken away, what is torn is saved again, and both are copied.
    private async Task MendAsync(StoryStore from, StoryStore to, string[] days, CrashId conflict, CrashId? torn)
    {
        await using (var target = to.Open())
        {
            await target.RemoveAsync(conflict, cancellationToken);
        }

        if (torn is { } id)
        {
            await using var source = from.Open();
            await source.SaveRawCrashAsync(LiveCrashes.RawOf(id), LiveCrashes.DumpsOf(id), id, cancellationToken);
        }

        var (again, words) = await dashboard.RunAsync(["migrate-store", from.Address, to.Address, .. days]);
        Must(again == 0, words);
        var day = Day(old[3].Day!.Value);
        var (one, said) = await dashboard.RunAsync(["migrate-store", from.Address, to.Address, "--from", day, "--to", day]);
        Must(one == 0, said);
        await RepairedAsync();
    }

    private async Task CutOverAsync(StoryStore from, StoryStore to, string[] days)
    {
        var (differ, compared) = await dashboard.RunAsync(["compare-stores", from.Address, to.Address, .. days, "--sample", "1", "--record"]);
        Must(differ == 0, compared);
        say($"Both are the same: {compared.Split('\n')[^1]}");

        var alone = dashboard.Write("alone.ini", dashboard.Settings(to));
        var back = dashboard.Write("back.ini", dashboard.Settings(from, to));
        await dashboard.RunAsync("cut-over", from.Address, to.Address, "--marker", dashboard.Conf, "--rehearse", alone, "--rollback", back);
        foreach (var line in (string[])["budget", "capacity", "drill"])
        {
            await dashboard.RunAsync("cut-over", from.Address, to.Address, "--vouch", line, "--because", "as seen in this story");
        }

        var (ready, checklist) = await dashboard.RunAsync("cut-over", from.Address, to.Address);
        say(checklist);
        Must(ready == 0, checklist);

        say($"SIGHUP: {await dashboard.ExchangeAsync(to)} The old store is out.");
        var usesOf = $"select coalesce(sum(reads + writes), 0) from dashboard.store_use where store = '{StoreAddress.ResourceOf(from.Address)}'";
        await dashboard.UntilAsync($"select extract(epoch from now() - named_at)::int from dashboard.store_use where store = '{StoreAddress.ResourceOf(from.Address)}'", seconds => seconds > 20, "no dashboard names the old store");
        var calls = await dashboard.NumberAsync(usesOf);
        var saved = live!.Saved.Count;
        (int Code, string Words) silence = (1, "");
        for (var tries = 0; tries < 30 && silence.Code != 0; tries++)
        {
            silence = await dashboard.RunAsync("cut-over", from.Address, to.Address);
        }

        Must(silence.Code == 0, silence.Words);
        Must(await dashboard.NumberAsync(usesOf) == calls, "The old store was called after it was left.");
        Must(live.Saved.Count > saved, "Nothing new came in meanwhile.");
        say(silence.Words.Split('\n')[^1]);
    }

    private static void Must(bool isSo, string otherwise)
    {
        if (!isSo)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    private const string PartialSql = "select coalesce(sum(times), 0) from dashboard.store_partial_save";

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Short(string text) => text.Length > 220 ? text[..220] + "…" : text;

    [GeneratedRegex("^[1-9][0-9]* crash(es)?; ", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SomeCrashes();

    [GeneratedRegex("^  (?<id>[0-9a-f-]{36}) [^:]+: (?<how>missing|different|only in the second)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Difference();
}
