using System.Runtime.InteropServices;

namespace Dashboard.Core.Verdicts.Simulation;

/// <summary>A script of faults as runs meet it: what is wrong with a resource or a job at a moment.</summary>
internal sealed class FaultTimes
{
    private static readonly Window[] Never = [];
    private readonly Dictionary<string, Window[]> resources;
    private readonly ILookup<string, Fault> jobs;
    private readonly Fault[] dead;
    private readonly Dictionary<string, int> failed = new(StringComparer.Ordinal);

    public FaultTimes(SimulatedWorld world, IReadOnlyList<Fault> faults)
    {
        var names = world.Jobs.Select(job => job.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var fault in faults)
        {
            var known = fault.Kind is FaultKind.Dead || (fault.Kind is FaultKind.Outage or FaultKind.Flapping ? world.Resources.Any(resource => resource.Name == fault.Target) : names.Contains(fault.Target));
            if (!known || fault.Until < fault.At || (fault.Kind is FaultKind.Flapping && (fault.DownSeconds <= 0 || fault.UpSeconds <= 0)))
            {
                throw new InvalidDataException($"The fault '{fault.Id}' cannot be: {(known ? "it ends before it begins, or is away for no time" : $"there is no '{fault.Target}'")}.");
            }
        }

        resources = faults.Where(fault => fault.Kind is FaultKind.Outage or FaultKind.Flapping).GroupBy(fault => fault.Target, StringComparer.Ordinal)
            .ToDictionary(of => of.Key, of => of.SelectMany(Windows).OrderBy(window => window.From).ToArray(), StringComparer.Ordinal);
        jobs = faults.Where(fault => fault.Kind is FaultKind.Failure or FaultKind.Poison or FaultKind.Slow or FaultKind.Killed).ToLookup(fault => fault.Target, StringComparer.Ordinal);
        dead = [.. faults.Where(fault => fault.Kind == FaultKind.Dead)];
    }

    /// <summary>Why a resource is away at a moment; null while it is there.</summary>
    public Fault? Away(string resource, DateTimeOffset at)
    {
        foreach (var window in resources.GetValueOrDefault(resource, Never))
        {
            if (window.From <= at && at < window.Until)
            {
                return window.Fault;
            }
        }

        return null;
    }

    /// <summary>The first time a resource goes away after a moment and before another.</summary>
    public (DateTimeOffset At, Fault Fault)? GoesAway(string resource, DateTimeOffset after, DateTimeOffset before)
    {
        foreach (var window in resources.GetValueOrDefault(resource, Never))
        {
            if (window.From > after && window.From < before)
            {
                return (window.From, window.Fault);
            }
        }

        return null;
    }

    /// <summary>Why a job's run for a slot fails; null when nothing is wrong with the job. Of a fault that fails so many runs, this is one of them.</summary>
    public Fault? Fails(string job, DateTimeOffset at, DateTimeOffset slot)
    {
        foreach (var fault in jobs[job])
        {
            if (fault.At <= at && at < fault.Until && ((fault.Kind == FaultKind.Failure && (fault.Runs == 0 || failed.GetValueOrDefault(fault.Id) < fault.Runs)) || (fault.Kind == FaultKind.Poison && slot >= fault.At)))
            {
                failed[fault.Id] = failed.GetValueOrDefault(fault.Id) + 1;
                return fault;
            }
        }

        return null;
    }

    /// <summary>How many times its usual length a run of a job takes.</summary>
    public (double Times, Fault? Fault) Slowness(string job, DateTimeOffset at) =>
        jobs[job].FirstOrDefault(fault => fault.Kind == FaultKind.Slow && fault.At <= at && at < fault.Until) is { } slow ? (1 + (slow.GrowthPerDay * (at - slow.At).TotalDays), slow) : (1, null);

    /// <summary>The kills that are to come upon a job.</summary>
    public IEnumerable<Fault> Kills(string job) => jobs[job].Where(fault => fault.Kind == FaultKind.Killed);

    /// <summary>Why cron begins no tick; null while it does.</summary>
    public Fault? NoTick(DateTimeOffset at) => Array.Find(dead, fault => fault.At <= at && at < fault.Until);

    private static IEnumerable<Window> Windows(Fault fault)
    {
        if (fault.Kind == FaultKind.Outage)
        {
            yield return new Window(fault.At, fault.Until, fault);
            yield break;
        }

        for (var at = fault.At; at < fault.Until; at += TimeSpan.FromSeconds(fault.DownSeconds + fault.UpSeconds))
        {
            yield return new Window(at, at + TimeSpan.FromSeconds(fault.DownSeconds), fault);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Window(DateTimeOffset From, DateTimeOffset Until, Fault Fault);
}
