using System.Globalization;
using Dashboard.Core.Jobs;
using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Stores.Trees;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Components;

namespace Dashboard.Web.Stores;

/// <summary>What is said of crash stores, in words.</summary>
public static class StoreWords
{
    /// <summary>The first sentence of the page.</summary>
    /// <param name="snapshot">The stores that are watched, and what waits for any.</param>
    /// <param name="tree">The configured stores, watched or not.</param>
    public static string Sentence(StoresSnapshot snapshot, IReadOnlyList<StoreNode> tree)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(tree);
        var configured = Resources(tree);
        var known = snapshot.Stores.Select(store => store.Resource).Concat(configured).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var held = snapshot.Waits.Where(wait => known.Contains(wait.Key) && !snapshot.Stores.Any(store => store.Resource == wait.Key && store.FailingSince is not null)).OrderBy(wait => wait.Value.Since).ToList();
        var said = Watched(snapshot, configured.Count);
        return held is [var (resource, waiting), ..]
            ? $"{said[..^1]}; {(waiting.Count == 1 ? "1 operation waits" : $"{waiting.Count} operations wait")} for {resource} since {Clock(waiting.Since)}{(held.Count > 1 ? $", and others for {Many(held.Count - 1, "other store", "other stores")}" : "")}."
            : said;
    }

    /// <summary>What the configured stores talk to, each once.</summary>
    public static IReadOnlyList<string> Resources(IReadOnlyList<StoreNode> tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        return [.. tree.SelectMany(root => root.All()).Select(node => node.Resource).OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    private static string Watched(StoresSnapshot snapshot, int configured)
    {
        var failing = snapshot.Stores.Where(store => store.FailingSince is not null).OrderBy(store => store.FailingSince).ToList();
        var (all, unknown) = (snapshot.Stores.Count, snapshot.Stores.Count(store => store.Newest is null));
        return (all, failing) switch
        {
            (0, _) when configured > 0 => configured == 1 ? "The configured crash store is not watched." : $"None of the {configured} configured crash stores is watched.",
            (0, _) => "No crash store is watched.",
            (_, [var only]) => $"{only.Name} does not work since {Clock(only.FailingSince!.Value)}{(all > 1 ? $"; the other {(all == 2 ? "store works" : $"{all - 1} stores work")}" : "")}.",
            (_, [var first, ..]) => $"{failing.Count} of {all} crash stores do not work, {first.Name} since {Clock(first.FailingSince!.Value)}.",
            _ when unknown == all => "The crash stores are being probed for the first time.",
            (1, _) => $"{snapshot.Stores[0].Name} keeps crashes and gives them back.",
            _ => $"All {all - unknown} crash stores{(unknown > 0 ? " probed so far" : "")} keep crashes and give them back.",
        };
    }

    /// <summary>How a store is, in a word.</summary>
    public static string State(StoreHealth store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store switch { { Newest: null } => "Not probed yet", { FailingSince: not null } => "Does not work", { Newest.Steps.Count: 0 } => "Gives nothing back", _ => "Works" };
    }

    /// <summary>The same as a shape.</summary>
    public static JobState Shape(StoreHealth store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store switch { { Newest: null } or { Newest.Steps.Count: 0 } => JobState.NeverRun, { FailingSince: not null } => JobState.Failing, _ => JobState.Waiting };
    }

    /// <summary>What a step did, in a word.</summary>
    public static string Step(StoreProbeKind kind) => kind switch
    {
        StoreProbeKind.Put => "put",
        StoreProbeKind.Get => "get",
        StoreProbeKind.List => "list",
        _ => "publish",
    };

    /// <summary>How long a step took.</summary>
    public static string Took(TimeSpan took) => took.TotalMilliseconds switch
    {
        < 1 => "under 1 ms",
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{took.TotalMilliseconds:0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds:0.0} s"),
    };

    /// <summary>How the kept probes went, for who does not see the strip.</summary>
    public static string Probes(StoreHealth store)
    {
        ArgumentNullException.ThrowIfNull(store);
        var failed = store.Recent.Count(probe => !probe.IsOk);
        return failed == 0 ? $"The last {Many(store.Recent.Count, "probe", "probes")} went well." : $"Of the last {Many(store.Recent.Count, "probe", "probes")} {failed} failed.";
    }

    /// <summary>How far a copy is, in a word.</summary>
    public static string State(CopyProgress copy)
    {
        ArgumentNullException.ThrowIfNull(copy);
        return copy switch { { IsWhole: true } => "Everything is copied", { Working: > 0 } => "Copying", _ when copy.Done < copy.Shards => "Nobody is at work on it", _ => "Something is left to look at" };
    }

    /// <summary>The same as a shape.</summary>
    public static JobState Shape(CopyProgress copy)
    {
        ArgumentNullException.ThrowIfNull(copy);
        return copy switch { { IsWhole: true } => JobState.Waiting, { Working: > 0 } => JobState.Running, _ => JobState.Overdue };
    }

    /// <summary>What a copy has done.</summary>
    public static string Done(CopyProgress copy)
    {
        ArgumentNullException.ThrowIfNull(copy);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{copy.Done:N0} of {Many(copy.Shards, "part", "parts")} done{(copy.OldestOpenDay is { } day ? $", the oldest that is not is of {day:yyyy-MM-dd}" : "")}. {Many(copy.Crashes, "crash", "crashes")}, {Many(copy.Created, "thing", "things")} copied ({copy.Bytes / 1e6:N1} MB), {copy.Present:N0} there already.");
    }

    /// <summary>How fast a copy moves, and how long the rest takes as far as that can be said.</summary>
    public static string Speed(CopySpeed speed)
    {
        ArgumentNullException.ThrowIfNull(speed);
        if (speed.Crashes <= 0)
        {
            return "It does not move at present.";
        }

        var now = string.Create(CultureInfo.InvariantCulture, $"{speed.Crashes:#,0.#} crashes a second ({speed.Bytes / 1e6:#,0.##} MB); at most {speed.Most:#,0.#} while it was watched.");
        return speed.Left is not { } left ? now
            : Times.Rough(left.Least) is var least && Times.Rough(left.Most) is var most && least == most ? $"{now} What is left takes about {(most.Length == 0 ? "a second" : most)} at this pace."
            : $"{now} What is left takes {(least.Length == 0 ? "up to" : $"{least} to")} {most} at this pace.";
    }

    /// <summary>What of a copy waits for somebody, a sentence each.</summary>
    public static IEnumerable<string> Left(CopyProgress copy)
    {
        ArgumentNullException.ThrowIfNull(copy);
        if (copy.Failed > 0)
        {
            yield return $"{Many(copy.Failed, "thing", "things")} could not be copied; the next run tries again.";
        }

        if (copy.Conflicts > 0)
        {
            yield return $"{Many(copy.Conflicts, "thing is", "things are")} something else in the target, and never overwritten.";
        }

        if (copy.Torn > 0)
        {
            yield return $"{Many(copy.Torn, "dump is", "dumps are")} named in the source and not there: a save once ended in the middle.";
        }
    }

    /// <summary>What waits for a store, in a sentence without ages.</summary>
    public static string Waits(StoreWaiting waiting)
    {
        ArgumentNullException.ThrowIfNull(waiting);
        return $"{(waiting.Count == 1 ? "1 operation waits" : $"{waiting.Count} operations wait")} for it, the oldest of {waiting.Who}: failed {Many(waiting.Attempts, "time", "times")}{(waiting.NextAttemptAt is { } next ? $", next try {Clock(next)}" : ", a try is under way")}.";
    }

    /// <summary>What was asked of a store within the last hour, in one sentence; null when nothing was.</summary>
    public static string? Hour(IReadOnlyList<OperationSum> operations)
    {
        ArgumentNullException.ThrowIfNull(operations);
        var (all, failed) = (operations.Sum(one => one.All), operations.Sum(one => one.Failed));
        return all == 0 ? null : $"{Many(all, "operation", "operations")} in the last hour, {(failed == 0 ? "none failed" : $"{failed.ToString("N0", CultureInfo.InvariantCulture)} failed")}";
    }

    /// <summary>An operation, in words.</summary>
    public static string Operation(StoreOperation operation) => operation.NameOf().Replace('_', ' ');

    /// <summary>What a store was found to do, in words.</summary>
    public static string Ability(StoreAbility ability)
    {
        ArgumentNullException.ThrowIfNull(ability);
        var (does, not) = ability.Kind switch
        {
            StoreAbilityKind.SaysWhatIsMissing => ("says what is missing", "does not say what is missing"),
            StoreAbilityKind.ConditionalCreate => ("creates only what is not there", "overwrites what it is asked to create"),
            StoreAbilityKind.Listing => ("lists what it keeps", "does not list what it keeps"),
            StoreAbilityKind.Sizes => ("tells sizes", "tells no sizes"),
            _ => ("tells checksums", "tells no checksums"),
        };
        return ability.Found switch
        {
            true => does,
            null => $"not known whether it {does}",

            // It does not claim to: whoever copies looks first.
            false when ability is { Declared: false, Kind: StoreAbilityKind.ConditionalCreate } => "looks first before it creates, which is weaker",
            false => not,
        };
    }

    internal static string Many(long number, string one, string more) => string.Create(CultureInfo.InvariantCulture, $"{number:N0} {(number == 1 ? one : more)}");

    private static string Clock(DateTimeOffset at) => at.ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
