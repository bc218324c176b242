using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Dashboard.Core.Access;
using Dashboard.Core.Database;
using Dashboard.Core.Failures;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Store;
using Dashboard.Kit;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Benchmarks;

/// <summary>
/// P11: what it costs to keep events exactly once, with their streaks, minutes and resources, beside a bare COPY of the same rows in batches of the same size;
/// and how many a second the dashboard acknowledges over HTTP, in a process of its own, its pages and monitors running.
/// </summary>
internal static class IngestBench
{
    private const int BatchSize = 5_000;
    private const int PostSize = 500;
    private const int Posters = 4;
    private const int PerSecond = 5_000;

    public static async Task RunAsync(Report report, bool quick)
    {
        report.Rounds = quick ? 3 : 7;
        await BesideCopyAsync(report, quick ? 25_000 : 100_000);
        await OverHttpAsync(report, TimeSpan.FromSeconds(quick ? 5 : 60));
    }

    private static async Task BesideCopyAsync(Report report, int rows)
    {
        await using var own = new OwnDatabase(await (await TestPostgres.SharedAsync()).NewDatabaseAsync());
        await own.MigrateAsync(CancellationToken.None);
        await ExecuteAsync(own, "create table bare (like dashboard.retry_event including defaults); create table bare_by_id (like dashboard.retry_event including defaults, primary key (id, at))");
        var store = new RetryStore(own, Options.Create(new RetryOptions()), new RetryWake());
        await store.KeepAsync(new RetryBatch { Events = Events(BatchSize) }, CancellationToken.None);
        // None of the tables is emptied in between: ids at random are the dearer the more of them an index holds, on either side.
        var (keeping, bare, byId) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < report.Rounds; round++)
        {
            var batches = Enumerable.Range(0, rows / BatchSize).Select(_ => Events(BatchSize)).ToList();
            bare.Add(await TimedAsync(batches, batch => CopyAsync(own, "bare", batch)));
            byId.Add(await TimedAsync(batches, batch => CopyAsync(own, "bare_by_id", batch)));
            keeping.Add(await TimedAsync(batches, batch => store.KeepAsync(new RetryBatch { Events = batch }, CancellationToken.None)));
        }

        var (kept, copied, indexed) = (new Sample(keeping).At(0.5), new Sample(bare).At(0.5), new Sample(byId).At(0.5));
        report.Note(FormattableString.Invariant(
            $"{rows} events in batches of {BatchSize}: kept {rows / kept:0}k/s, bare COPY {rows / copied:0}k/s, bare COPY into a table with the same primary key {rows / indexed:0}k/s; median of {report.Rounds}"));

        // At least 0.7 of the rate is at most 1/0.7 of the time.
        report.Add(new Figure("P11", $"keep-{rows / 1_000}k-events", kept, "ms", Limit: indexed, AtMostRatio: 1 / 0.7));
        report.Add(new Figure("P11", $"keep-{rows / 1_000}k-events-beside-no-index", kept, "ms", Limit: copied));
    }

    private static async Task OverHttpAsync(Report report, TimeSpan length)
    {
        var observed = await SampleData.NewAsync(await TestPostgres.SharedAsync(), jobs: 50, runs: 3_000);
        await using var dashboard = await DashboardProcess.StartAsync(observed, "poll");
        await using var own = new OwnDatabase(dashboard.Own);
        var key = (await new ApiKeyQueries(own).CreateAsync("bench", "ingest", null, "bench", CancellationToken.None))!.Text;
        using var client = new HttpClient { BaseAddress = dashboard.Url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        await PostAsync(client, Lines(PostSize));

        var (acknowledged, later, took) = (0L, 0L, new List<double>());
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Posters).Select(async _ =>
        {
            while (Stopwatch.GetElapsedTime(began) < length)
            {
                var lines = Lines(PostSize);
                var sent = Stopwatch.GetTimestamp();
                while (!await PostAsync(client, lines))
                {
                    Interlocked.Increment(ref later);
                    await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
                }

                lock (took)
                {
                    took.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                }

                Interlocked.Add(ref acknowledged, PostSize);
            }
        }));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var kept = await CountAsync(own) - PostSize;
        report.Note(FormattableString.Invariant($"{acknowledged / seconds:0} events/s acknowledged over HTTP for {seconds:0} s by {Posters} clients with {PostSize} each time; {later} times asked to come again"));
        report.Add(new Figure("P11", $"http-{PerSecond}-events", PerSecond * 1_000 / (acknowledged / seconds), "ms", AtMost: 1_000));
        report.Add(new Figure("P11", $"http-{PostSize}-events-p99", new Sample(took).At(0.99), "ms"));
        report.Add(new Figure("P11", "http-acknowledged-and-not-there-once", Math.Abs(kept - acknowledged), "events", AtMost: 0));
    }

    private static async Task<bool> PostAsync(HttpClient client, string lines)
    {
        using var answer = await client.PostAsync(new Uri("/api/v1/ingest/events", UriKind.Relative), new StringContent(lines, Encoding.UTF8, "application/x-ndjson"));
        return answer.StatusCode switch
        {
            HttpStatusCode.OK => true,
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => false,
            _ => throw new InvalidOperationException(await answer.Content.ReadAsStringAsync()),
        };
    }

    private static async Task<double> TimedAsync(List<RetryEvent[]> batches, Func<RetryEvent[], Task> keepAsync)
    {
        var began = Stopwatch.GetTimestamp();
        foreach (var batch in batches)
        {
            await keepAsync(batch);
        }

        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    // As executors tell it: forty threads that fail, fail again and get through.
    private static RetryEvent[] Events(int count)
    {
        var now = TimeProvider.System.GetUtcNow();
        return
        [
            .. Enumerable.Range(0, count).Select(number => new RetryEvent
            {
                Id = Guid.NewGuid(),
                At = now.AddMilliseconds(number - count),
                Who = new RetryTeller("bench", "admin1", "crontabber/4711", string.Create(CultureInfo.InvariantCulture, $"Thread-{number % 40}"), "postgres breakpad@db1"),
                AppName = "reports-clean",
                Backend = "postgres",
                Executor = ExecutorKind.Infinite,
                Attempt = (number / 40 % 3) + 1,
                Outcome = number / 40 % 3 == 2 ? RetryOutcome.OkAfterRetry : RetryOutcome.Fail,
                ExceptionType = number / 40 % 3 == 2 ? null : "OperationalError",
                ExceptionValue = number / 40 % 3 == 2 ? null : "ERROR:  pgbouncer cannot connect to server",
                Code = number / 40 % 3 == 2 ? null : "08006",
                Class = number / 40 % 3 == 2 ? null : FailureClass.Network,
                Delay = number / 40 % 3 == 2 ? null : TimeSpan.FromSeconds(10),
                NextAttemptAt = number / 40 % 3 == 2 ? null : now.AddSeconds(10),
            }),
        ];
    }

    private static string Lines(int count) => string.Join('\n', Events(count).Select(told => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"id":"{{told.Id}}","at":"{{told.At:O}}","source":"{{told.Who.Source}}","host":"{{told.Who.Host}}","process":"{{told.Who.Process}}","thread":"{{told.Who.Thread}}","app_name":"{{told.AppName}}","resource":"{{told.Who.Resource}}","backend":"{{told.Backend}}","executor":"{{RetryWords.Of(told.Executor)}}","attempt":{{told.Attempt}},"outcome":"{{RetryWords.Of(told.Outcome)}}","exc_type":{{(told.ExceptionType is null ? "null" : $"\"{told.ExceptionType}\"")}},"exc_value":{{(told.ExceptionValue is null ? "null" : $"\"{told.ExceptionValue}\"")}},"delay_s":{{told.Delay?.TotalSeconds.ToString(CultureInfo.InvariantCulture) ?? "null"}}}""")));

    private static async Task CopyAsync(OwnDatabase own, string table, RetryEvent[] events)
    {
        await using var connection = await own.Source.OpenConnectionAsync();
        await using var copy = await connection.BeginBinaryImportAsync(
            $"copy {table} (id, at, source, host, process, thread, app_name, run_id, resource, backend, executor, attempt, outcome, exc_type, exc_value, code, class, delay_s, next_attempt_at) from stdin (format binary)");
        foreach (var told in events)
        {
            await copy.StartRowAsync();
            await copy.WriteAsync(told.Id, NpgsqlDbType.Uuid);
            await copy.WriteAsync(told.At, NpgsqlDbType.TimestampTz);
            foreach (var text in (string?[])[told.Who.Source, told.Who.Host, told.Who.Process, told.Who.Thread, told.AppName, told.RunId, told.Who.Resource, told.Backend, RetryWords.Of(told.Executor)])
            {
                await TextAsync(copy, text);
            }

            await copy.WriteAsync(told.Attempt, NpgsqlDbType.Integer);
            foreach (var text in (string?[])[RetryWords.Of(told.Outcome), told.ExceptionType, told.ExceptionValue, told.Code, told.Class is { } kind ? RetryWords.Of(kind) : null])
            {
                await TextAsync(copy, text);
            }

            await (told.Delay is { } delay ? copy.WriteAsync(delay.TotalSeconds, NpgsqlDbType.Double) : copy.WriteNullAsync());
            await (told.NextAttemptAt is { } next ? copy.WriteAsync(next, NpgsqlDbType.TimestampTz) : copy.WriteNullAsync());
        }

        await copy.CompleteAsync();
    }

    private static Task TextAsync(NpgsqlBinaryImporter copy, string? text) => text is null ? copy.WriteNullAsync() : copy.WriteAsync(text, NpgsqlDbType.Text);

    private static async Task ExecuteAsync(OwnDatabase own, string sql)
    {
        await using var command = own.Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<long> CountAsync(OwnDatabase own)
    {
        await using var command = own.Source.CreateCommand("select count(*) from dashboard.retry_event where source = 'bench'");
        command.CommandTimeout = 120;
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
