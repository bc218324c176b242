using System.CommandLine;
using Dashboard.Core.Database;
using Dashboard.Core.Database.Embedded;
using Dashboard.Core.Ingest.Logs;
using Dashboard.Core.Retries;
using Dashboard.Core.Sources;

namespace Dashboard.Web.Commands;

/// <summary><c>./run ingest FILE…</c>: reads what Python's executors wrote to their logs into the dashboard's own records, once however often it is read; with --follow, for as long as it is written.</summary>
internal static class IngestVerb
{
    private const int SomeNotRead = 1;
    private const int NothingRead = 2;

    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Logs of crontabber, or of programs with its executors; - is standard input", Arity = ArgumentArity.OneOrMore };
        files.Validators.Add(result =>
        {
            // Or a mistyped --dry-run would be a file that is not there, and the others would be kept.
            foreach (var token in result.Tokens.Where(token => token.Value.StartsWith("--", StringComparison.Ordinal)))
            {
                result.AddError($"Unrecognized command or argument '{token.Value}'.");
            }
        });
        var zone = new Option<string>("--zone") { Description = "The zone of their times, for they name none: Europe/Berlin", DefaultValueFactory = _ => "UTC" };
        var source = new Option<string?>("--source") { Description = "The source whose jobs they tell of; by default the first one" };
        var host = new Option<string>("--host") { Description = "The machine that wrote them", DefaultValueFactory = _ => Environment.MachineName };
        var jobs = new Option<string?>("--jobs") { Description = "The scheduler's configuration, for the names it gives its jobs, in place of the source's" };
        var mapping = new Option<string?>("--mapping") { Description = "The file that names the classes of jobs, in place of the source's: a log has only classes" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Print the events, one JSON object on each line, and keep none" };
        var follow = new Option<bool>("--follow") { Description = "Go on reading what is written, across rotation and truncation, until Ctrl-C; a log that is not there yet is waited for" };
        follow.Validators.Add(result =>
        {
            if (result.GetValue(follow) && (result.GetValue(dryRun) || result.GetValue(files) is ["-", ..] or [.., "-"]))
            {
                result.AddError("--follow is for files and keeps what it reads: neither - nor --dry-run goes with it (standard input is read until it ends anyway).");
            }
        });
        var command = new Command("ingest", "Reads executors' logs: attempts, waits, recoveries and giving up. What was read before is not read again.")
        {
            files, follow, zone, source, host, jobs, mapping, dryRun,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            if (!TimeZoneInfo.TryFindSystemTimeZoneById(parsed.GetValue(zone)!, out var found))
            {
                await error.WriteLineAsync($"There is no zone '{parsed.GetValue(zone)}'; one is named like Europe/Berlin.");
                return NothingRead;
            }

            var sources = SourceOptions.Read(Verbs.Configuration());
            var meant = parsed.GetValue(source) is { } name ? sources.FirstOrDefault(each => each.Name == name) : sources is [var first, ..] ? first : null;
            var names = JobNames.Read(parsed.GetValue(jobs), parsed.GetValue(mapping), meant);
            foreach (var fault in names.Faults)
            {
                await error.WriteLineAsync(fault.ToString());
            }

            var subject = new LogSubject(parsed.GetValue(source) ?? meant?.Name ?? DemoDatabase.Name, parsed.GetValue(host)!) { Zone = found, JobOf = names.Of };
            var summary = new IngestSummary();
            var follows = parsed.GetValue(follow);
            string[] readable = [.. parsed.GetValue(files)!.Where(file => follows || Readable(file, error))];
            var failed = parsed.GetValue(files)!.Length - readable.Length;
            if (readable.Length > 0)
            {
                failed += parsed.GetValue(dryRun)
                    ? await LookAsync(readable, subject, summary, output, error, cancellationToken)
                    : await KeepAsync(readable, follows, subject, summary, error, cancellationToken);
                await error.WriteLineAsync(summary.Text());
            }

            return failed == 0 ? 0 : failed == parsed.GetValue(files)!.Length ? NothingRead : SomeNotRead;
        });
        return command;
    }

    // Opened to know now, not after an hour of another file.
    private static bool Readable(string file, TextWriter error)
    {
        if (file == "-")
        {
            return true;
        }

        try
        {
            using var opened = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return true;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"{file} cannot be read: {cause.Message}");
            return false;
        }
    }

    private static async Task<int> LookAsync(string[] files, LogSubject subject, IngestSummary summary, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var failed = 0;
        foreach (var file in files)
        {
            try
            {
                await using var stream = Open(file);
                await LogPipe.ReadAsync(stream, $"{subject.Host}:{file}", subject, async batch =>
                {
                    summary.Add(batch, default);
                    foreach (var told in batch.Events)
                    {
                        await output.WriteLineAsync(RetryEventJson.Line(told));
                    }
                }, cancellationToken);
            }
            catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
            {
                failed++;
                await error.WriteLineAsync($"{file} cannot be read: {cause.Message}");
            }
        }

        return failed;
    }

    private static async Task<int> KeepAsync(string[] files, bool follow, LogSubject subject, IngestSummary summary, TextWriter error, CancellationToken cancellationToken)
    {
        DashboardStorage records;
        try
        {
            records = await Verbs.OwnRecordsAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to end before it began.
            return 0;
        }

        await using var storage = records;
        await using var services = new ServiceCollection()
            .AddSingleton(Verbs.Configuration())
            .AddSingleton(TimeProvider.System)
            .AddSingleton(storage.Own)
            .AddRetryStore()
            .BuildServiceProvider();
        var store = services.GetRequiredService<IRetryStore>();
        var positions = services.GetRequiredService<ILogPositions>();
        if (follow)
        {
            await error.WriteLineAsync($"Following {string.Join(", ", files)}. Ctrl-C ends it; it goes on there the next time.");
        }

        // When the records are not what they should be, nobody goes on as if they were.
        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var failures = await Task.WhenAll(files.Select(file => OneAsync(file, all)));
        return failures.Sum();

        async Task<int> OneAsync(string file, CancellationTokenSource all)
        {
            try
            {
                if (file == "-")
                {
                    await using var stream = Open(file);
                    await LogPipe.ReadAsync(stream, $"{subject.Host}:-", subject, async batch => summary.Add(batch, await store.KeepAsync(batch, cancellationToken)), cancellationToken);
                    return 0;
                }

                var follower = new LogFollower(Path.GetFullPath(file), subject, positions, store, TimeProvider.System) { Say = error.WriteLine, Kept = summary.Add };
                await (follow ? follower.FollowAsync(all.Token) : follower.ReadAsync(all.Token));
                return 0;
            }
            catch (OperationCanceledException) when (all.IsCancellationRequested)
            {
                // What was read and not kept is read again the next time.
                return 0;
            }
            catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
            {
                await error.WriteLineAsync($"{file} cannot be read: {cause.Message}");
                return 1;
            }
            catch
            {
                await all.CancelAsync();
                throw;
            }
        }
    }

    private static Stream Open(string file) => file == "-"
        ? Console.OpenStandardInput()
        : new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, useAsync: false);
}
