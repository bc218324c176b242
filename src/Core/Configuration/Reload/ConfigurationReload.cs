using System.Diagnostics;
using System.Text.Json;
using Dashboard.Core.Access;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Configuration.Readings;
using Dashboard.Core.Failures;
using Dashboard.Core.Feeds;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Configuration.Reload;

/// <summary>
/// Reads the configuration again and exchanges what was made of it, under load: parse, build, probe, swap, drain, dispose. Until the swap everything goes on
/// with the old generation, and whatever is wrong leaves it so. One reload at a time; a second one waits until the first is drained.
/// </summary>
public sealed partial class ConfigurationReload(
    ConfigurationSources sources,
    LayeredConfiguration live,
    IEnumerable<IReloadStep> steps,
    IEnumerable<IConfigurationCheck> checks,
    Feed<ConfigurationSnapshot> snapshots,
    IAuthority authority,
    DeedPace pace,
    AuditQueries audit,
    TimeProvider clock,
    ILogger<ConfigurationReload> log) : IDisposable
{
    /// <summary>What the audit calls it.</summary>
    public const string AuditKind = "reload-configuration";

    /// <summary>How long all that was built may take to prove that it works.</summary>
    public static readonly TimeSpan ProbeDeadline = TimeSpan.FromSeconds(10);

    /// <summary>How long the next reload waits for the old generation.</summary>
    public static readonly TimeSpan DrainDeadline = TimeSpan.FromSeconds(30);

    private const int MostRemembered = 20;
    private static readonly TimeSpan AuditDeadline = TimeSpan.FromSeconds(10);
    private readonly IReadOnlyList<IReloadStep> steps = [.. steps];
    private readonly IReadOnlyList<IConfigurationCheck> checks = [.. checks];
    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>What became of the old generation of the last accepted reload; completed when there is none.</summary>
    public Task Draining { get; private set; } = Task.CompletedTask;

    /// <summary>Reloads for somebody, if they may.</summary>
    /// <returns>What came of it, or why it was not done at all.</returns>
    public async Task<(ReloadReport? Report, string? Refusal)> ReloadAsync(Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (await authority.AskAsync(actor, Deeds.ReloadConfiguration, cancellationToken) is { Granted: false } refused)
        {
            LogRefused(log, actor.Name, actor.Via, actor.Address ?? "");
            await NoteAsync(new AuditEntry(AuditEvents.Denied, actor, "Asked for the configuration to be read again, and may not.") { Kind = AuditKind });
            return (null, refused.Because);
        }

        return pace.Take(actor) is { } wait
            ? (null, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"That was too much at once: wait {Math.Ceiling(wait.TotalSeconds):0} s."))
            : (await RunAsync(actor, cancellationToken), null);
    }

    /// <summary>Reloads because the process was told to by a signal: whoever can send one is the user the program runs as.</summary>
    public Task<ReloadReport> ReloadAsync(string signal, CancellationToken cancellationToken) => RunAsync(Actor.AtTerminal(signal), cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    private async Task<ReloadReport> RunAsync(Actor actor, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        var drains = false;
        try
        {
            var began = Stopwatch.GetTimestamp();

            // Files may lie on a disk that is slow: whoever asked, a page perhaps, does not wait for it on its own thread.
            var next = await Task.Run(sources.Read, cancellationToken);
            var now = snapshots.Newest;
            var report = new ReloadReport(clock.GetUtcNow(), actor.Name, ReloadOutcome.Rejected, now.Generation) { Changes = OptionChange.Between(now.Reading, next) };
            var reasons = Reasons(next);
            if (reasons.Count == 0 && report.Changes.Count == 0)
            {
                return await EndAsync(actor, now with { Reading = next }, report with { Outcome = ReloadOutcome.Unchanged, Prepared = Stopwatch.GetElapsedTime(began) });
            }

            var candidates = new List<IReloadCandidate>();
            if (reasons.Count == 0)
            {
                reasons = await PrepareAsync(next, candidates, cancellationToken);
            }

            report = report with { Prepared = Stopwatch.GetElapsedTime(began), Reasons = reasons };
            if (reasons.Count > 0)
            {
                await DisposeAsync(candidates);
                return await EndAsync(actor, now, report);
            }

            var swapping = Stopwatch.GetTimestamp();
            candidates.ForEach(candidate => candidate.Swap());
            var swapped = Stopwatch.GetElapsedTime(swapping);

            // From here on it is in use, whatever those who watch the settings make of it.
            Accept(next);
            report = report with { At = clock.GetUtcNow(), Outcome = ReloadOutcome.Accepted, Generation = now.Generation + 1, Swapped = swapped, Drained = candidates.Count == 0 ? true : null };
            var accepted = new ConfigurationSnapshot(report.Generation, next, report.At) { Reloads = now.Reloads };
            await EndAsync(actor, accepted, report);
            if (candidates.Count > 0)
            {
                drains = true;
                Draining = DrainAsync(candidates, report);
            }

            return report;
        }
        finally
        {
            if (!drains)
            {
                turn.Release();
            }
        }
    }

    private IReadOnlyList<string> Reasons(ConfigurationReading next)
    {
        if (!next.IsUsable)
        {
            return [.. next.Faults.Select(fault => fault.ToString())];
        }

        return [.. checks.Select(check => check.Refusal(next)).OfType<string>()];
    }

    private async Task<IReadOnlyList<string>> PrepareAsync(ConfigurationReading next, List<IReloadCandidate> candidates, CancellationToken cancellationToken)
    {
        var reasons = new List<string>();
        foreach (var step in steps)
        {
            try
            {
                candidates.Add(await step.BuildAsync(next, cancellationToken));
            }
            catch (Exception cause) when (!cancellationToken.IsCancellationRequested)
            {
                reasons.Add($"The {step.Name} could not be built: {Redaction.Of(cause.Message)}");
            }
            catch
            {
                await DisposeAsync(candidates);
                throw;
            }
        }

        if (reasons.Count > 0)
        {
            return reasons;
        }

        using var deadline = new CancellationTokenSource(ProbeDeadline, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var probes = candidates.Select((candidate, place) => ProbeAsync(steps[place].Name, candidate, either.Token, deadline.Token)).ToList();
        reasons.AddRange((await Task.WhenAll(probes)).OfType<string>());
        if (cancellationToken.IsCancellationRequested)
        {
            await DisposeAsync(candidates);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return reasons;
    }

    private static async Task<string?> ProbeAsync(string name, IReloadCandidate candidate, CancellationToken either, CancellationToken deadline)
    {
        try
        {
            // A probe that does not heed its token is left behind; what it holds goes with its candidate.
            await candidate.ProbeAsync(either).WaitAsync(either);
            return null;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return $"The {name} did not prove within {ProbeDeadline.TotalSeconds:0} s that they work.";
        }
        catch (Exception cause)
        {
            return $"The {name} do not work: {Redaction.Of(cause.Message)}";
        }
    }

    private void Accept(ConfigurationReading next)
    {
        try
        {
            live.Accept(next);
        }
        catch (Exception cause)
        {
            LogWatcher(log, cause);
        }
    }

    private async Task DrainAsync(IReadOnlyList<IReloadCandidate> candidates, ReloadReport report)
    {
        try
        {
            var drained = await Task.WhenAll(candidates.Select(candidate => DrainAsync(candidate)));
            var newest = snapshots.Newest;
            snapshots.Publish(newest with { Reloads = [.. newest.Reloads.Select(each => ReferenceEquals(each, report) ? each with { Drained = drained.All(each => each) } : each)] });
            if (!drained.All(each => each))
            {
                LogNotDrained(log, report.Generation - 1, DrainDeadline);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<bool> DrainAsync(IReloadCandidate candidate)
    {
        try
        {
            return await candidate.DrainAsync(DrainDeadline, CancellationToken.None);
        }
        catch (Exception cause)
        {
            // The old one is out of use either way.
            LogDisposal(log, cause);
            return true;
        }
    }

    private async Task DisposeAsync(List<IReloadCandidate> candidates)
    {
        foreach (var candidate in candidates)
        {
            try
            {
                await candidate.DisposeAsync();
            }
            catch (Exception cause)
            {
                LogDisposal(log, cause);
            }
        }

        candidates.Clear();
    }

    private async Task<ReloadReport> EndAsync(Actor actor, ConfigurationSnapshot snapshot, ReloadReport report)
    {
        var known = snapshots.Newest.Reading.Warnings;
        snapshots.Publish(snapshot with { Reloads = [report, .. snapshot.Reloads.Take(MostRemembered - 1)] });
        var kind = report.Outcome switch { ReloadOutcome.Accepted => AuditEvents.Done, ReloadOutcome.Unchanged => AuditEvents.Nothing, _ => AuditEvents.Refused };
        await NoteAsync(new AuditEntry(kind, actor, report.Words)
        {
            Kind = AuditKind,
            Before = Json(report.Changes, change => change.Before),
            After = Json(report.Changes, change => change.After),
        });
        if (report.Outcome == ReloadOutcome.Rejected)
        {
            LogRejected(log, actor.Name, report.Words);
        }
        else
        {
            LogReloaded(log, actor.Name, report.Words);

            // Who mistyped a name would otherwise be told that nothing has changed, and no more.
            foreach (var warning in snapshot.Reading.Warnings.Except(known))
            {
                LogWarning(log, warning.ToString());
            }
        }

        return report;
    }

    private static string? Json(IReadOnlyList<OptionChange> changes, Func<OptionChange, string?> side) =>
        changes.Count == 0 ? null : JsonSerializer.Serialize(changes.ToDictionary(change => change.Path, side, StringComparer.Ordinal));

    // The own records may be what the new configuration is to bring back: a reload does not depend on them.
    private async Task NoteAsync(AuditEntry entry)
    {
        using var deadline = new CancellationTokenSource(AuditDeadline, clock);
        try
        {
            await audit.AddAsync(entry, deadline.Token);
        }
        catch (Exception cause)
        {
            LogNotAudited(log, cause, entry.Summary);
        }
    }

    [LoggerMessage(2201, LogLevel.Information, "{Who} had the configuration read again. {Words}")]
    private static partial void LogReloaded(ILogger log, string who, string words);

    [LoggerMessage(2202, LogLevel.Error, "{Who} had the configuration read again. {Words}")]
    private static partial void LogRejected(ILogger log, string who, string words);

    [LoggerMessage(2203, LogLevel.Warning, "{Name} ({Via}, {Address}) asked for the configuration to be read again and may not.")]
    private static partial void LogRefused(ILogger log, string name, string via, string address);

    [LoggerMessage(2204, LogLevel.Warning, "Some still work with generation {Generation} after {Deadline}; it ends when they do.")]
    private static partial void LogNotDrained(ILogger log, long generation, TimeSpan deadline);

    [LoggerMessage(2205, LogLevel.Warning, "What a configuration had made could not be disposed of.")]
    private static partial void LogDisposal(ILogger log, Exception cause);

    [LoggerMessage(2206, LogLevel.Error, "Something that watches the settings failed on the new ones; they are in use all the same.")]
    private static partial void LogWatcher(ILogger log, Exception cause);

    [LoggerMessage(2208, LogLevel.Warning, "{Warning}")]
    private static partial void LogWarning(ILogger log, string warning);

    [LoggerMessage(2207, LogLevel.Error, "This could not be written into the audit: {Summary}")]
    private static partial void LogNotAudited(ILogger log, Exception cause, string summary);
}
