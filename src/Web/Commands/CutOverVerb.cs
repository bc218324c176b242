using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dashboard.Core.Access;
using Dashboard.Core.Configuration.Classes;
using Dashboard.Core.Database;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.CutOver;
using Dashboard.Core.Stores.DualWrites;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Stores.Trees;
using Dashboard.Web.Settings;

namespace Dashboard.Web.Commands;

/// <summary><c>./run cut-over OLD NEW</c>: the checklist before an old crash store is left, what it asks to be tried, and how quiet it is afterwards.</summary>
internal static class CutOverVerb
{
    private const int NotReady = 1;

    public static Command Create(Func<IConfiguration> configuration, TimeProvider clock)
    {
        var old = new Argument<string>("OLD") { Description = $"The store that is to be left: {StoreAddress.Forms}" };
        var @new = new Argument<string>("NEW") { Description = "The store that takes over" };
        var marker = new Option<FileInfo>("--marker") { Description = "A file of settings as they are in use: a marker crash is saved through its stores and read from the new store alone" };
        var rehearse = new Option<FileInfo>("--rehearse") { Description = "A file of settings with the new store alone: it is read, its stores are built and probed, and nothing is exchanged" };
        var rollback = new Option<FileInfo>("--rollback") { Description = "A file of settings to go back to, tried in the same way" };
        var vouch = new Option<string>("--vouch") { Description = $"Say that a line the dashboard cannot know is so: {string.Join(", ", CutOverRule.OfPeople.Select(line => line.Name))}" };
        var because = new Option<string>("--because") { Description = "How you know; it stands in the checklist and in the audit, with your name" };
        vouch.Validators.Add(result =>
        {
            if (!CutOverRule.OfPeople.Any(line => line.Name == result.GetValue(vouch)))
            {
                result.AddError($"--vouch takes one of {string.Join(", ", CutOverRule.OfPeople.Select(line => line.Name))}.");
            }
            else if (string.IsNullOrWhiteSpace(result.GetValue(because)))
            {
                result.AddError("--vouch takes --because: how you know.");
            }
        });
        var command = new Command(
            "cut-over",
            "Says, line by line and with the evidence, whether an old crash store may be left for a new one; and when it was left, for how long nobody has called it. Exit code 0 when every line is ready, or the old store may be switched off; else 1.")
        {
            old, @new, marker, rehearse, rollback, vouch, because,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (from, to) = (await ResourceAsync(parsed.GetValue(old)!, configuration()), await ResourceAsync(parsed.GetValue(@new)!, configuration()));
            await using var storage = await DashboardStorage.VisitAsync(configuration(), clock, cancellationToken);
            var ledger = new MoveLedger(storage.Own);
            var tried = new List<(string Line, string? Fault, string Words)>();
            if (parsed.GetValue(marker) is { } inUse)
            {
                tried.Add(("marker", await TriedAsync(inUse, tree => MarkAsync(tree, to, cancellationToken)), "It is."));
            }

            if (parsed.GetValue(rehearse) is { } next)
            {
                tried.Add(("rehearsal", await TriedAsync(next, tree => ProbeAsync(tree, to, from, clock, cancellationToken)), $"{next.Name}: they work."));
            }

            if (parsed.GetValue(rollback) is { } back)
            {
                tried.Add(("rollback", await TriedAsync(back, tree => ProbeAsync(tree, from, null, clock, cancellationToken)), $"{back.Name}: they work."));
            }

            foreach (var (name, fault, words) in tried)
            {
                await ledger.TriedAsync(from, to, name, fault is null, fault ?? words, Environment.UserName, cancellationToken);
            }

            if (parsed.GetValue(vouch) is { } line)
            {
                await ledger.VouchAsync(from, to, line, parsed.GetValue(because)!.Trim(), Actor.AtTerminal(Environment.UserName), cancellationToken);
            }

            var options = configuration().GetSection(CutOverOptions.Section).Get<CutOverOptions>() ?? new();
            var facts = await new CutOverQueries(ledger, new PartialSaveLedger(storage.Own), new CopyLedger(storage.Own), clock).OfAsync(from, to, options, cancellationToken);
            return await WriteAsync(parsed.InvocationConfiguration.Output, facts, options, clock.GetUtcNow());
        });
        return command;
    }

    private static async Task<string> ResourceAsync(string address, IConfiguration configuration)
    {
        // The secret is not needed to know what an address names, but a mistake in it is for who typed it.
        await using var store = StoreVerbs.Open(address, StoreContext.Silent, configuration);
        return store.Resource;
    }

    // Nothing when it went well, else why not.
    private static async Task<string?> TriedAsync(FileInfo file, Func<StoreTree, Task<string?>> tryAsync)
    {
        var reading = SettingsStart.Read([$"--admin.conf={file.FullName}"]).First;
        if (!reading.IsUsable)
        {
            return string.Join(" ", reading.Faults);
        }

        try
        {
            await using var tree = await StoreTree.BuildAsync(reading, NoServices.Instance);
            return tree.Destination is null ? $"{file.Name} names no destination." : await tryAsync(tree);
        }
        catch (Exception cause) when (cause is ClassMakingException or InvalidOperationException)
        {
            return cause.Message;
        }
    }

    private static async Task<string?> ProbeAsync(StoreTree tree, string must, string? mustNot, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (tree.Find(must) is null)
        {
            return $"{must} is not among its stores.";
        }

        if (mustNot is not null && tree.Find(mustNot) is not null)
        {
            return $"{mustNot} is still among its stores.";
        }

        await StoreTreeStep.ProbeAsync(tree.Leaves, NoServices.Instance, clock, cancellationToken);
        return null;
    }

    private static async Task<string?> MarkAsync(StoreTree tree, string @new, CancellationToken cancellationToken)
    {
        if (tree.Find(@new) is not { } alone)
        {
            return $"{@new} is not among its stores.";
        }

        var marker = new RawCrash(Encoding.UTF8.GetBytes($$"""{"ProductName":"marker","nonce":"{{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}}"}"""));
        try
        {
            await tree.Destination!.SaveRawCrashAsync(marker, Dumps.None, StoreProbe.Canary, cancellationToken);
            return (await alone.GetRawCrashAsync(StoreProbe.Canary, cancellationToken)).Utf8.Span.SequenceEqual(marker.Utf8.Span) ? null : "The new store has something else than was saved.";
        }
        catch (Exception cause) when (!cancellationToken.IsCancellationRequested)
        {
            return cause.Message;
        }
    }

    private static async Task<int> WriteAsync(TextWriter output, CutOverFacts facts, CutOverOptions options, DateTimeOffset now)
    {
        var (lines, silence) = (CutOverRule.Lines(facts, options, now), CutOverRule.Silence(facts, options, now));
        await output.WriteLineAsync($"From {facts.Old} to {facts.New}:");
        foreach (var line in lines)
        {
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"  {Word(line.State),-9} {line.Name,-10} {line.Asks}. {line.Evidence}{(line.At is { } at ? $" [{at.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z]" : "")}"));
        }

        var ready = lines.All(line => line.State == CutOverState.Ready);
        await output.WriteLineAsync(silence.LeftAt is null
            ? ready ? "Every line is ready: the old store may be taken out of the configuration." : $"Not ready: {lines.Count(line => line.State != CutOverState.Ready)} of {lines.Count} lines."
            : $"The old store was left at {silence.LeftAt.Value.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z. {silence.Words}");
        return silence.LeftAt is null ? ready ? 0 : NotReady : silence.MayGo ? 0 : NotReady;
    }

    private static string Word(CutOverState state) => state switch { CutOverState.Ready => "ready", CutOverState.NotReady => "not yet", CutOverState.Stale => "too old", _ => "unsaid" };
}
