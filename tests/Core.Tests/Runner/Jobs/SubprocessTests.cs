using System.Globalization;
using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runner;
using Dashboard.Core.Runner.Jobs;

namespace Dashboard.Core.Tests.Runner.Jobs;

public sealed class SubprocessTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-subprocess-");
    private readonly SubprocessRunner runner = new(TimeProvider.System);

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_program_that_ends_with_0_is_success_and_what_it_said_is_known()
    {
        var result = await RunAsync(Script("echo out; echo err >&2"));
        Assert.Equal((0, "out", "err"), (result.ExitCode, result.Output, result.Error));
        Assert.Same(result, result.EnsureSuccess());
    }

    [Fact]
    public async Task Any_other_exit_code_is_a_failure_that_shows_the_end_of_what_was_said()
    {
        var result = await RunAsync(Script("echo 'read 12 rows'; echo 'disk full' >&2; exit 3"));
        var failure = Assert.Throws<SubprocessException>(result.EnsureSuccess);
        Assert.Equal("job.sh: exit code 3\nstderr:\ndisk full\nstdout:\nread 12 rows", failure.Message);
    }

    [Fact]
    public async Task A_program_ended_by_a_signal_says_by_which()
    {
        var failure = Assert.Throws<SubprocessException>((await RunAsync(Script("kill -9 $$"))).EnsureSuccess);
        Assert.Equal("job.sh: exit code 137, as after signal 9 (SIGKILL)", failure.Message);
    }

    [Fact]
    public async Task A_program_that_is_not_there_or_may_not_be_run_is_said_so_and_known_for_what_it_is()
    {
        var missing = await FailsAsync(new SubprocessCommand(["no-such-program"]));
        Assert.Equal("no-such-program: No such file or directory", missing.Message);
        Assert.Equal(FailureClass.Configuration, Kind(missing));
        Assert.Equal("./none: No such file or directory", (await FailsAsync(new SubprocessCommand(["./none"]))).Message);

        var file = Path.Combine(folder.FullName, "plain");
        await File.WriteAllTextAsync(file, "#!/bin/sh\n");
        var denied = await FailsAsync(new SubprocessCommand([file]));
        Assert.EndsWith("plain: Permission denied, the file is not executable", denied.Message, StringComparison.Ordinal);
        Assert.Equal(FailureClass.Auth, Kind(denied));
        Assert.StartsWith("/no/folder: No such file", (await FailsAsync(new SubprocessCommand(["true"]) { WorkingDirectory = "/no/folder" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_its_time_is_up_it_is_told_to_end_and_what_it_then_says_is_kept()
    {
        var failure = await FailsAsync(Script("trap 'echo tidied; exit 0' TERM; echo started; while :; do sleep 0.05; done") with { Timeout = TimeSpan.FromMilliseconds(500) });

        // On stderr some shells tell what became of their sleep.
        Assert.StartsWith("job.sh: timed out, ended after 0.5 s\n", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("\nstdout:\nstarted\ntidied", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_will_not_be_told_is_killed_with_all_it_started()
    {
        var pids = Path.Combine(folder.FullName, "pids");
        var stubborn = Script($"trap '' TERM; sh -c 'trap \"\" TERM; echo $$ >> {pids}; while :; do sleep 0.05; done' & echo $$ >> {pids}; while :; do sleep 0.05; done");
        var failure = await FailsAsync(stubborn with { Timeout = TimeSpan.FromSeconds(1), Grace = TimeSpan.FromMilliseconds(200) });
        Assert.StartsWith("job.sh: timed out", failure.Message, StringComparison.Ordinal);
        await AssertGoneAsync(pids, 2);
    }

    [Fact]
    public async Task What_a_program_leaves_running_ends_with_it_and_does_not_hold_the_run()
    {
        var pids = Path.Combine(folder.FullName, "pids");
        var result = await RunAsync(Script($"sleep 600 & echo $! > {pids}; echo done"));
        Assert.Equal("done", result.EnsureSuccess().Output);
        await AssertGoneAsync(pids, 1);
    }

    [Fact]
    public async Task When_the_runner_quits_the_program_is_ended_first()
    {
        using var quit = new CancellationTokenSource();
        var pids = Path.Combine(folder.FullName, "pids");
        var fifo = Path.Combine(folder.FullName, "fifo");
        var run = runner.RunAsync(Script($"sleep 600 & echo $! > {pids}; echo $$ >> {pids}; mkfifo {fifo}.new; mv {fifo}.new {fifo}; echo up > {fifo}; wait"), Runs.Of("job"), quit.Token);
        while (!File.Exists(fifo))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        Assert.Equal("up\n", await File.ReadAllTextAsync(fifo));
        await quit.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        await AssertGoneAsync(pids, 2);
    }

    [Fact]
    public async Task Of_ten_megabytes_the_last_sixteen_kilobytes_are_kept_and_the_program_is_not_held_up()
    {
        var result = await RunAsync(Script("seq 1 1500000; seq 1 1500000 >&2; echo the end; exit 1"));
        Assert.EndsWith("\n1499999\n1500000\nthe end", result.Output, StringComparison.Ordinal);
        Assert.InRange(result.Output.Length, 15_000, OutputTail.Shown);
        var failure = Assert.Throws<SubprocessException>(result.EnsureSuccess);
        Assert.Contains("stdout, the last of 10,888,904 bytes:\n", failure.Message, StringComparison.Ordinal);
        Assert.InRange(failure.Message.Length, 30_000, 34_000);
    }

    [Fact]
    public async Task Secrets_in_what_it_says_do_not_leave_the_runner()
    {
        var result = await RunAsync(Script("echo 'password=hunter2'; echo 'postgres://jobs:hunter2@db/x' >&2; exit 1"));
        Assert.DoesNotContain("hunter2", result.Output + result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", Assert.Throws<SubprocessException>(result.EnsureSuccess).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_told_its_job_and_slot_and_gets_its_variables_and_folder_and_nothing_to_read()
    {
        var command = Script("echo \"$CRONTABBER_JOB $CRONTABBER_SLOT $CRONTABBER_RUN_ID $EXTRA\"; pwd; cat; echo \"left ${DASHBOARD_SUBPROCESS_TEST-nothing}\"") with
        {
            Environment = new Dictionary<string, string> { ["EXTRA"] = "a = b" },
            WorkingDirectory = folder.FullName,
        };
        Environment.SetEnvironmentVariable("DASHBOARD_SUBPROCESS_TEST", "of the runner");
        var result = await runner.RunAsync(command, Runs.Of("nightly", Runs.Slot), TestContext.Current.CancellationToken);
        Assert.Equal($"nightly 2014-09-04T07:00:00Z run-1 a = b\n{folder.FullName}\nleft nothing", result.Output);
    }

    private static FailureClass Kind(Exception failure) => FailureKindRule.Of(RunFailure.Of(failure).Error).Class;

    private Task<SubprocessResult> RunAsync(SubprocessCommand command) => runner.RunAsync(command, Runs.Of("job"), TestContext.Current.CancellationToken);

    private Task<SubprocessException> FailsAsync(SubprocessCommand command) => Assert.ThrowsAsync<SubprocessException>(() => RunAsync(command));

    private SubprocessCommand Script(string text)
    {
        var file = Path.Combine(folder.FullName, "job.sh");
        File.WriteAllText(file, $"#!/bin/sh\n{text}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new SubprocessCommand([file]);
    }

    // Gone, or dead and only not yet noticed by whoever has inherited it; our own child may not even be that.
    private static async Task AssertGoneAsync(string pids, int count)
    {
        var all = (await File.ReadAllLinesAsync(pids)).Select(line => int.Parse(line, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(count, all.Length);
        foreach (var pid in all)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            while (Lives(pid))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, patience.Token);
            }
        }

        static bool Lives(int pid)
        {
            try
            {
                var stat = File.ReadAllText($"/proc/{pid}/stat");
                return stat[(stat.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
            }
            catch (IOException)
            {
                return false;
            }
        }
    }
}
