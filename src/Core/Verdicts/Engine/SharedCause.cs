using Dashboard.Core.Failures;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>
/// Jobs that fail with the same words, of a kind that lies with another's end, have one root: the resource. Whoever was called for one of them is not called again for the next; who waits
/// behind one of them waits for that root.
/// </summary>
internal static class SharedCause
{
    // Longer than a service that comes and goes does so.
    private static readonly TimeSpan Apart = TimeSpan.FromHours(3);

    /// <summary>Gives those that share a cause one root, in place.</summary>
    public static void Join(Verdict[] judged, JobCase[] cases, Dictionary<string, Verdict> old)
    {
        Dictionary<string, List<int>>? shared = null;
        for (var i = 0; i < judged.Length; i++)
        {
            // Who failed with the same and waits in line now has seen it as well.
            if (cases[i].SharedWords is { } words && ((judged[i].Root is { Kind: RootKind.Job } root && root.Name == judged[i].Job) || (judged[i] is { State: VerdictState.Blocked, Root.Kind: RootKind.Job } && (cases[i].IsFailing || cases[i].Retrying is not null))))
            {
                judged[i] = judged[i] with { Fingerprint = words };
                shared ??= new(StringComparer.Ordinal);
                (shared.TryGetValue(words, out var those) ? those : shared[words] = []).Add(i);
            }
        }

        if (shared is null)
        {
            return;
        }

        var causes = shared.SelectMany(of => Causes(of.Value, cases).Select(members => (Words: of.Key, Members: members))).ToArray();
        foreach (var (_, members) in causes.Where(cause => cause.Members.Count > 1))
        {
            // What others saw at the same moment is one look at it; a second has to come, as of a job alone. Who waits in line looks no more: its failure counts, the time that passes does not.
            var strong = members.Exists(member => cases[member].IsStrongEvidence);
            var trying = members.FindAll(member => judged[member].State is not VerdictState.Blocked && !cases[member].IsKeptFromTrying);
            var second = strong ? cases[members[0]].Now : trying.Count > 1 ? trying.Min(member => cases[member].SeenSince) + trying.Min(member => cases[member].TwoLooks) : null;
            foreach (var member in members.Where(member => judged[member] is { State: VerdictState.Watch or VerdictState.Healing } || (strong && judged[member] is { State: VerdictState.Blocked, Rule: "R5" })))
            {
                var (now, by) = (cases[member].Now, judged[member].PageBy ?? cases[member].PageBy.At);
                if (by <= now && second <= now)
                {
                    judged[member] = FailureRules.SharedOverdue(cases[member], judged[member]) with { Fingerprint = judged[member].Fingerprint };
                    continue;
                }

                var then = by > now ? by : by is null ? null : second;
                judged[member] = judged[member] with { DecideAt = then > now && !(judged[member].DecideAt < then) ? then : judged[member].DecideAt };
            }
        }

        var moved = new Dictionary<string, VerdictRoot>(StringComparer.Ordinal);
        foreach (var (words, members) in causes)
        {
            if (Root(words, members, judged, cases, old) is { } root)
            {
                foreach (var member in members.Where(member => judged[member].State is not VerdictState.Blocked))
                {
                    moved[judged[member].Job] = root;
                    judged[member] = judged[member] with { Root = root };
                }
            }
        }

        for (var i = 0; i < judged.Length && moved.Count > 0; i++)
        {
            if (judged[i] is { State: VerdictState.Blocked, Root: { Kind: RootKind.Job } behind } && moved.TryGetValue(behind.Name, out var root))
            {
                judged[i] = judged[i] with { Root = root };
            }
        }
    }

    // What has failed for hours while another ran well has not the cause of that other's failure, whatever the words: a time-out is said of many things.
    private static IEnumerable<List<int>> Causes(List<int> members, JobCase[] cases)
    {
        List<int> cause = [];
        foreach (var member in members.OrderBy(member => cases[member].FailsAlikeSince ?? DateTimeOffset.MinValue))
        {
            if (cause.Count > 0 && cases[cause[0]].FailsAlikeSince is { } began && cases[member].FailsAlikeSince - began > Apart && cases[member].LastGood > began)
            {
                yield return cause;
                cause = [];
            }

            cause.Add(member);
        }

        if (cause.Count > 0)
        {
            yield return cause;
        }
    }

    // The root that people were called for stays; else the one that was named; else, of two or more, the resource.
    private static VerdictRoot? Root(string words, List<int> members, Verdict[] judged, JobCase[] cases, Dictionary<string, Verdict> old)
    {
        VerdictRoot? named = null;
        foreach (var member in members)
        {
            if (old.GetValueOrDefault(judged[member].Job) is { Root: { } root } last && last.Fingerprint == words)
            {
                if (last.State is VerdictState.Page)
                {
                    return root;
                }

                named ??= root.Kind == RootKind.Resource || (last.State is not VerdictState.Blocked && root.Name != judged[member].Job) ? root : null;
            }
        }

        // Nor is the first to fail with the same in the hour in which another recovers from it a new cause.
        foreach (var other in old.Values)
        {
            if (named is null && other is { State: VerdictState.Recovering, Rule: not ("R6" or "R8"), Root: { } root } && other.Fingerprint == words)
            {
                return root;
            }
        }

        return named ?? (members.Count < 2 ? null : new VerdictRoot(RootKind.Resource, members.Select(member => cases[member].Retrying?.Who.Resource).FirstOrDefault(name => name is not null) ?? words));
    }

    /// <summary>The words that failures of one cause share; null for a kind that lies with the job itself.</summary>
    public static string? Words(FailureClass kind, string type, string value) => kind is FailureClass.Network or FailureClass.Busy or FailureClass.Full or FailureClass.Auth or FailureClass.Configuration
        ? $"{type}: {MessagePattern.Of(value)}"
        : null;
}
