using System.Text.Json;
using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;
using Dashboard.Kit;

namespace Dashboard.Core.Tests.Failures;

public sealed class FailureKindRuleTests
{
    [Theory]
    [InlineData("psycopg2.OperationalError", "ERROR:  pgbouncer cannot connect to server", FailureClass.Network, "08001")]
    [InlineData("psycopg2.OperationalError", "connection to server at \"127.0.0.1\", port 6432 failed: FATAL:  server login has been failing, try again later (server_login_retry)", FailureClass.Network, "08006")]
    [InlineData("psycopg2.OperationalError", "connection to server at \"127.0.0.1\", port 6432 failed: Connection refused\n\tIs the server running on that host?", FailureClass.Network, null)]
    [InlineData("psycopg2.OperationalError", "server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally", FailureClass.Network, "08006")]
    [InlineData("psycopg2.InterfaceError", "connection already closed", FailureClass.Network, "08003")]
    [InlineData("psycopg2.errors.AdminShutdown", "terminating connection due to administrator command", FailureClass.Network, "57P01")]
    [InlineData("psycopg2.OperationalError", "FATAL:  the database system is starting up", FailureClass.Network, "57P03")]
    [InlineData("psycopg2.OperationalError", "FATAL:  password authentication failed for user \"breakpad_rw\"", FailureClass.Auth, "28P01")]
    [InlineData("psycopg2.OperationalError", "FATAL:  role \"nobody\" does not exist", FailureClass.Auth, "28000")]
    [InlineData("psycopg2.OperationalError", "FATAL:  database \"breakpad\" does not exist", FailureClass.Configuration, "3D000")]
    [InlineData("psycopg2.OperationalError", "FATAL:  no pg_hba.conf entry for host \"10.0.0.1\"", FailureClass.Auth, "28000")]
    [InlineData("psycopg2.OperationalError", "connection to server failed: Connection refused\nconnection to server failed: FATAL:  password authentication failed for user \"x\"", FailureClass.Auth, "28P01")]
    [InlineData("psycopg2.OperationalError", "FATAL:  sorry, too many clients already", FailureClass.Busy, "53300")]
    [InlineData("psycopg2.errors.LockNotAvailable", "could not obtain lock on row in relation \"crontabber\"", FailureClass.Busy, "55P03")]
    [InlineData("psycopg2.extensions.QueryCanceledError", "canceling statement due to statement timeout", FailureClass.Busy, "57014")]
    [InlineData("psycopg2.errors.DiskFull", "could not extend file", FailureClass.Full, "53100")]
    [InlineData("psycopg2.errors.UniqueViolation", "duplicate key value violates unique constraint", FailureClass.Data, "23505")]
    [InlineData("psycopg2.IntegrityError", "duplicate key value violates unique constraint \"x\"", FailureClass.Data, "class 23")]
    [InlineData("psycopg2.errors.UndefinedFunction", "function update_adu_v2(unknown) does not exist", FailureClass.Code, "42883")]
    [InlineData("psycopg2.ProgrammingError", "relation \"x\" does not exist\nLINE 1: …", FailureClass.Code, "class 42")]
    [InlineData("psycopg2.errors.RaiseException", "raw_adi not updated for 2014-09-02\nCONTEXT:  …", FailureClass.Unknown, "P0001")]
    [InlineData("crontabber.app.RowLevelLockError", "could not obtain lock on row in relation \"crontabber\"", FailureClass.Lock, null)]
    [InlineData("crontabber.app.OngoingJobError", "", FailureClass.Lock, null)]
    [InlineData("exceptions.KeyboardInterrupt", "", FailureClass.Killed, null)]
    [InlineData("SystemExit", "9", FailureClass.Killed, null)]
    [InlineData("exceptions.IOError", "[Errno 2] No such file or directory: '/nonexistent'", FailureClass.Configuration, "errno 2")]
    [InlineData("exceptions.IOError", "IOError(28, 'full')", FailureClass.Full, "errno 28")]
    [InlineData("OSError", "[Errno 28] No space left on device", FailureClass.Full, "errno 28")]
    [InlineData("socket.gaierror", "[Errno -3] Temporary failure in name resolution", FailureClass.Network, null)]
    [InlineData("socket.gaierror", "[Errno -2] Name or service not known", FailureClass.Configuration, null)]
    [InlineData("socorro.cron.jobs.base.HTTPError", "HTTP Error 503: Service Unavailable: https://bugzilla.mozilla.org/", FailureClass.Network, "HTTP 503")]
    [InlineData("socorro.cron.jobs.base.HTTPError", "<html><head><title>502 Bad Gateway</title></head>", FailureClass.Network, "HTTP 502")]
    [InlineData("requests.exceptions.HTTPError", "404 Client Error: Not Found for url: https://x/", FailureClass.Configuration, "HTTP 404")]
    [InlineData("requests.exceptions.HTTPError", "429 Client Error: Too Many Requests for url: https://x/", FailureClass.Busy, "HTTP 429")]
    [InlineData("elasticsearch.TransportError", "TransportError(503, 'no master')", FailureClass.Network, "HTTP 503")]
    [InlineData("botocore.exceptions.ClientError", "An error occurred (SlowDown) when calling the PutObject operation: Please reduce your request rate.", FailureClass.Busy, "SlowDown")]
    [InlineData("botocore.exceptions.ClientError", "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied", FailureClass.Auth, "AccessDenied")]
    [InlineData("boto.exception.S3ResponseError", "S3ResponseError: 403 Forbidden\n<Error><Code>SignatureDoesNotMatch</Code></Error>", FailureClass.Auth, "SignatureDoesNotMatch")]
    [InlineData("botocore.errorfactory.NoSuchBucket", "An error occurred (NoSuchBucket) when calling the GetObject operation", FailureClass.Configuration, "NoSuchBucket")]
    [InlineData("django.core.management.base.CommandError", "unable to reach Elasticsearch at http://es:9200/ <timeout>", FailureClass.Network, null)]
    [InlineData("pika.exceptions.ProbableAuthenticationError", "ConnectionClosedByBroker: (403) 'ACCESS_REFUSED'", FailureClass.Auth, null)]
    [InlineData("KeyError", "'release'", FailureClass.Code, null)]
    [InlineData("AssertionError", "", FailureClass.Code, null)]
    [InlineData("ValueError", "bottom of the partition tree: xxx", FailureClass.Data, null)]
    [InlineData("ModuleNotFoundError", "No module named 'socorro'", FailureClass.Configuration, null)]
    [InlineData("socorro.cron.jobs.base.NoRowsWritten", "Hive returned 0 rows for 2014-09-0x", FailureClass.Unknown, null)]
    [InlineData("RuntimeError", "first line\nsecond line", FailureClass.Unknown, null)]
    [InlineData("", "", FailureClass.Unknown, null)]
    [InlineData("Npgsql.PostgresException", "23505: duplicate key value violates unique constraint", FailureClass.Data, "23505")]
    [InlineData("Npgsql.PostgresException", "57P03: the database system is starting up", FailureClass.Network, "57P03")]
    [InlineData("System.Net.Sockets.SocketException", "Connection refused", FailureClass.Network, null)]
    [InlineData("System.NullReferenceException", "Object reference not set to an instance of an object.", FailureClass.Code, null)]
    [InlineData("System.Net.Http.HttpRequestException", "Response status code does not indicate success: 401 (Unauthorized).", FailureClass.Auth, "HTTP 401")]
    [InlineData("System.IO.IOException", "No space left on device : '/data/x'", FailureClass.Full, "errno 28")]
    [InlineData("System.TimeoutException", "The operation has timed out.", FailureClass.Network, null)]
    [InlineData("Dashboard.Core.Retries.Executor.AttemptDeadlineException", "An attempt on s3 crashes@ceph:7480 was not through after 30 s.", FailureClass.Network, null)]
    public void An_error_is_of_the_kind_its_class_and_words_tell(string type, string message, FailureClass expected, string? code)
    {
        var kind = FailureKindRule.Of(new JobError(type, message, ""));
        Assert.Equal((expected, code), (kind.Class, kind.Code));
        Assert.NotEmpty(kind.Because);
    }

    [Fact]
    public async Task Every_exception_in_the_recorded_logs_is_read_and_of_a_kind()
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Fixtures.Folder("logs"), "*.log"))
        {
            foreach (var text in Exceptions(await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken)))
            {
                var error = ExceptionText.Of(text);
                Assert.True(error is not null, text[^Math.Min(text.Length, 300)..]);
                var kind = FailureKindRule.Of(error);
                seen.Add($"{error.Type}: {kind.Class} {kind.Code}");
            }
        }

        Assert.Equal(
            [
                "AssertionError: Code ",
                "OSError: Code errno 90",
                "RuntimeError: Unknown ",
                "ValueError: Data ",
                "crashstats.cron.errors.JobError: Unknown ",
                "crontabber.app.RowLevelLockError: Lock ",
                "django.core.management.base.CommandError: Network ",
                "django.db.utils.ProgrammingError: Code class 42",
                "psycopg2.InterfaceError: Network 08003",
                "psycopg2.OperationalError: Network ",
                "psycopg2.errors.RaiseException: Unknown P0001",
                "psycopg2.errors.UndefinedFunction: Code 42883",
                "psycopg2.errors.UniqueViolation: Data 23505",
                "socorro.cron.jobs.base.HTTPError: Network HTTP 502",
                "socorro.cron.jobs.base.NoRowsWritten: Unknown ",
            ],
            seen);
    }

    [Fact]
    public async Task What_python_2_wrote_to_the_log_and_to_the_row_is_one_group()
    {
        using var vectors = JsonDocument.Parse(await Fixtures.TextAsync("vectors", "python2-reprs.json", TestContext.Current.CancellationToken));
        foreach (var vector in vectors.RootElement.GetProperty("cases").EnumerateArray())
        {
            var (type, traceback) = (vector.GetProperty("exc_type").GetString()!, vector.GetProperty("exc_traceback").GetString()!);
            var inLog = RecordedError.Of(type, vector.GetProperty("exc_value").GetString()!, traceback);
            var inRow = new JobError(PythonClass.Name(type), vector.GetProperty("last_error_value").GetString()!, traceback);
            Assert.Equal(Fingerprint.Of(inRow, FrameRule.Usual), Fingerprint.Of(inLog, FrameRule.Usual));
            Assert.Equal(FailureKindRule.Of(inRow).Class, FailureKindRule.Of(inLog).Class);
        }
    }

    private static IEnumerable<string> Exceptions(string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            // A log line that holds a whole traceback, or the one below which a traceback stands.
            if (lines[i].Contains("Traceback (most recent call last):\\n", StringComparison.Ordinal))
            {
                yield return lines[i][lines[i].IndexOf("Traceback", StringComparison.Ordinal)..];
            }
            else if (lines[i].StartsWith("Traceback (most", StringComparison.Ordinal))
            {
                var end = i + 1;
                while (end < lines.Length && !(lines[end].Length > 23 && lines[end][4] == '-' && lines[end][19] == ','))
                {
                    end++;
                }

                yield return string.Join('\n', lines[i..end]);
                i = end - 1;
            }
        }
    }
}
