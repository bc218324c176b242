using System.Diagnostics;
using Dashboard.Core.Access;
using Dashboard.Core.Database;
using Dashboard.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Ingest;

/// <summary><c>RetryHandler</c> of the Python client under the real <c>logging</c>, against the running dashboard: it hears what executors write, word for word.</summary>
public sealed class PythonHandlerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_executors_write_is_told_as_what_became_of_each_attempt_and_threads_are_kept_apart()
    {
        var said = await TellAsync(
            """
            def failure(error):
                try:
                    raise error
                except Exception:
                    log.critical('%s transaction error eligible for retry', 'crontabber.connection_factory', exc_info=True)
            def wait(seconds):
                log.debug('retry in %s seconds', seconds)
                log.debug('waiting for retry after failure in crontabber.connection_factory transaction: 0sec of %ssec', seconds)
            def heals():
                log.info('about to run %s', "<class 'jobs.Heals'>")
                failure(IOError('refused'))
                wait(10)
                failure(IOError('refused'))
                wait(30)
                log.debug('starting again')
                log.info('successfully ran %s', "<class 'jobs.Heals'>")
            def gives_up():
                failure(IOError('refused'))
                wait(2)
                try:
                    raise ValueError('gone for good')
                except Exception:
                    log.error('error when running %s', "<class 'jobs.GivesUp'>", exc_info=True)
                log.info('successfully ran %s', "<class 'jobs.Another'>")
            def unrecoverable():
                try:
                    raise KeyError('column')
                except Exception:
                    log.critical('Unrecoverable %s transaction error', 'crontabber.connection_factory', exc_info=True)
            for name, work in (('heals', heals), ('gives-up', gives_up), ('unrecoverable', unrecoverable)):
                t = threading.Thread(target=work, name=name)
                t.start()
                t.join()
            log.info('what %s says is nobody\'s business: retry in 5 seconds', 'a job')
            """);

        Assert.Equal(
            [
                "gives-up 1 fail OSError refused 2",
                "gives-up 1 gave_up ValueError gone for good -",
                "gives-up 1 waiting - - 2",
                "heals 1 fail OSError refused 10",
                "heals 1 waiting - - 10",
                "heals 2 fail OSError refused 30",
                "heals 2 waiting - - 30",
                "heals 3 recovered - - -",
                "unrecoverable 1 not_retryable KeyError 'column' -",
            ],
            said);
    }

    [Fact]
    public async Task What_no_text_can_hold_keeps_nothing_else_from_being_delivered_and_a_child_tells_too()
    {
        var said = await TellAsync(
            """
            sender.tell(thread='first', resource='r', backend='b', executor=c.PLAIN, attempt=1, outcome='fail', exc_value=b'caf\xe9 \xff')
            sender.tell(thread='lone', resource='r', backend='b', executor=c.PLAIN, attempt=1, outcome='fail', exc_value=u'lone \udcff')
            sender.tell(thread='never', resource='r', backend='b', executor=c.PLAIN, attempt=object(), outcome='fail')
            sender.tell(thread='refused', resource='r', backend='b', executor=c.PLAIN, attempt=-7, outcome='no such outcome')
            sender.flush(60)
            import os
            child = os.fork()
            if child == 0:
                sender.tell(thread='child', resource='r', backend='b', executor=c.PLAIN, attempt=1, outcome='gave_up')
                os._exit(0 if sender.flush(60) and sender.dropped == 1 else 1)
            assert os.waitpid(child, 0)[1] == 0
            assert (sender.kept, sender.dropped, sender.refused) == (2, 1, 1), (sender.kept, sender.dropped, sender.refused)
            """);

        Assert.Equal(["child 1 gave_up - - -", "first 1 fail - caf\uFFFD \uFFFD -", "lone 1 fail - lone \uFFFD -"], said);
    }

    private static async Task<List<string>> TellAsync(string work)
    {
        await using var dashboard = await RunningDashboard.StartAsync([]);
        var secret = await dashboard.Services.GetRequiredService<ApiKeyQueries>().CreateAsync("python", "ingest", null, "a test", Stop);
        var program =
            $"""
            import logging, sys, threading
            sys.path.insert(0, sys.argv[1])
            import crontabber_dashboard as c
            sender = c.Sender(sys.argv[2], sys.argv[3], 'socorro', first_pause=0.2)
            log = logging.getLogger('crontabber')
            log.setLevel(logging.DEBUG)
            log.addHandler(c.RetryHandler(sender, resource='postgres db1', backend='postgres', executor=c.LIMITED))
            {work}
            assert sender.flush(60)
            """;
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DASHBOARD_PYTHON") ?? "python3") { RedirectStandardError = true };
        foreach (var argument in (string[])["-c", program, Path.Combine(AppContext.BaseDirectory, "clients", "python"), dashboard.Url.ToString(), secret!.Text])
        {
            start.ArgumentList.Add(argument);
        }

        using var python = Process.Start(start)!;
        var trouble = await python.StandardError.ReadToEndAsync(Stop);
        await python.WaitForExitAsync(Stop);
        Assert.True(python.ExitCode == 0, trouble);

        var said = new List<string>();
        await using var command = dashboard.Services.GetRequiredService<OwnDatabase>().Source.CreateCommand(
            """
            select concat_ws(' ', thread, attempt, outcome, coalesce(replace(exc_type, 'IOError', 'OSError'), '-'), coalesce(exc_value, '-'), coalesce(delay_s::text, '-'))
              from dashboard.retry_event
             where source = 'socorro'
             order by thread collate "C", attempt, outcome
            """);
        await using var row = await command.ExecuteReaderAsync(Stop);
        while (await row.ReadAsync(Stop))
        {
            said.Add(row.GetString(0));
        }

        return said;
    }
}
