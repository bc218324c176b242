using System.Globalization;
using Dashboard.Core.Ingest.Logs;
using Dashboard.Core.Retries;
using Dashboard.Kit;
using Npgsql;

namespace Dashboard.Web.Tests.Commands;

/// <summary><c>./run ingest --follow</c> as a process of its own, which is killed and started again while the log is written and rotated.</summary>
public sealed class IngestFollowTests : IAsyncDisposable
{
    // Each costs a start of the program.
    private const int Rounds = 20;
    private const int Seed = 20141105;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-test-follow-");
    private NpgsqlDataSource? records;

    private string Log => Path.Combine(folder.FullName, "crontabber.log");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        folder.Delete(recursive: true);
        await (records?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Fact]
    public async Task Killed_again_and_again_while_the_log_is_written_renamed_and_emptied_it_keeps_each_event_once()
    {
        var own = await (await TestPostgres.SharedAsync()).NewDatabaseAsync();
        records = NpgsqlDataSource.Create(own);
        var log = Whole();
        var cuts = Cuts(log);
        var random = new Random(Seed);
        var (written, inFile) = (0, 0);
        for (var round = 1; round <= Rounds; round++)
        {
            await using var follower = Start(own);
            await follower.SaysAsync(new("Following", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
            if (written > 0)
            {
                // It is at work again, wherever the last one was killed.
                await UntilAsync("select coalesce(max(place), 0) from dashboard.retry_log", place => place >= inFile - LongestLine(log));
            }

            var until = cuts[cuts.Length * round / Rounds - 1];
            var pieces = cuts.Where(cut => cut > written && cut < until && random.Next(20) == 0).Append(until).ToArray();
            foreach (var piece in pieces)
            {
                await using (var file = new FileStream(Log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
                {
                    await file.WriteAsync(log.AsMemory(written, piece - written), Stop);
                }

                (inFile, written) = (inFile + piece - written, piece);
                // Who writes a log rotates it, or has it rotated, between two lines.
                if (log[piece - 1] == '\n' && random.Next(3) == 0 && piece != log.Length)
                {
                    Rotate(copy: random.Next(2) == 0);
                    inFile = 0;
                }
            }

            // The moment itself, anywhere in the half second in which it looks, reads and keeps; nothing is waited for.
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(600)), TimeProvider.System, Stop);
            await follower.SignalAsync("KILL");
            await follower.Process.WaitForExitAsync(Stop);
        }

        await using var last = Start(own);
        var expected = Expected(log);
        await UntilAsync("select count(*) from dashboard.retry_event", count => count >= expected.Count);
        await last.SignalAsync("INT");
        await last.EndsWellAsync();

        Assert.Contains("lines could not be read", last.Words, StringComparison.Ordinal);
        Assert.Equal(expected, await KeptAsync());
    }

    private ChildProcess Start(string own) => ChildProcess.Start(
        "dotnet",
        [Path.Combine(AppContext.BaseDirectory, "Dashboard.Web.dll"), "ingest", Log, "--follow", "--source", "socorro"],
        new Dictionary<string, string?> { ["ConnectionStrings__Dashboard"] = own });

    private void Rotate(bool copy)
    {
        for (var number = 8; number >= 1; number--)
        {
            if (File.Exists($"{Log}.{number}"))
            {
                File.Move($"{Log}.{number}", $"{Log}.{number + 1}", overwrite: true);
            }
        }

        if (copy)
        {
            File.Copy(Log, Log + ".1");
            using var emptied = new FileStream(Log, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        }
        else
        {
            File.Move(Log, Log + ".1");
        }
    }

    // Different processes one after the other, so that no first line comes twice.
    private static byte[] Whole() =>
        [.. from start in (string[])["10", "12", "13-", "04", "21", "22"] from each in File.ReadAllBytes(Directory.EnumerateFiles(Fixtures.Folder("logs"), start + "*.log").Single()) select each];

    // Anywhere in a line that begins an entry: whoever waits there has the entry before it whole.
    private static int[] Cuts(byte[] log)
    {
        var cuts = new List<int>();
        var begin = 0;
        for (var place = 0; place < log.Length; place++)
        {
            if (log[place] == '\n')
            {
                if (log.AsSpan(begin, place - begin).StartsWith("20"u8))
                {
                    cuts.Add(begin + ((place - begin) * (cuts.Count % 7) / 7));
                }

                begin = place + 1;
            }
        }

        cuts.RemoveAll(cut => cut == 0);
        return [.. cuts, log.Length];
    }

    private static int LongestLine(byte[] log) => System.Text.Encoding.UTF8.GetString(log).Split('\n').Max(line => line.Length) + 1;

    private static List<string> Expected(byte[] log)
    {
        var reader = new ExecutorLogReader(new LogSubject("socorro", "host"), "file");
        reader.Read(log);
        return [.. reader.Drain("log").Events.Select(told => Line(told.Who.Thread, told.Outcome.ToString(), told.Attempt, told.At)).Order(StringComparer.Ordinal)];
    }

    private async Task<List<string>> KeptAsync()
    {
        var kept = new List<string>();
        await using var command = records!.CreateCommand("select thread, replace(outcome, '_', ''), attempt, at from dashboard.retry_event");
        await using var row = await command.ExecuteReaderAsync(Stop);
        while (await row.ReadAsync(Stop))
        {
            kept.Add(Line(row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetFieldValue<DateTimeOffset>(3)));
        }

        return [.. kept.Order(StringComparer.Ordinal)];
    }

    private static string Line(string thread, string outcome, int attempt, DateTimeOffset at) =>
        string.Create(CultureInfo.InvariantCulture, $"{thread} {outcome.ToUpperInvariant()} {attempt} {at:O}");

    private async Task UntilAsync(string sql, Func<long, bool> holds)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(RunningDashboard.Deadline);
        await using var command = records!.CreateCommand(sql);
        while (!holds((long)(await command.ExecuteScalarAsync(deadline.Token))!))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, deadline.Token);
        }
    }
}
