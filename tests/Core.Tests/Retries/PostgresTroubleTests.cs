using System.IO;
using System.Net.Sockets;
using Dashboard.Core.Retries.Executor;
using Npgsql;

namespace Dashboard.Core.Tests.Retries;

public sealed class PostgresTroubleTests
{
    [Theory]
    [InlineData("08000", "connection exception", TroubleKind.Operational)]
    [InlineData("08006", "connection failure", TroubleKind.Operational)]
    [InlineData("57P01", "terminating connection due to administrator command", TroubleKind.Operational)]
    [InlineData("57P02", "terminating connection because of crash of another server process", TroubleKind.Operational)]
    [InlineData("57P03", "the database system is starting up", TroubleKind.Operational)]
    [InlineData("53300", "sorry, too many clients already", TroubleKind.Operational)]
    [InlineData("53100", "could not extend file: No space left on device", TroubleKind.Operational)]
    [InlineData("40001", "could not serialize access", TroubleKind.Conditional)]
    [InlineData("40P01", "deadlock detected", TroubleKind.Conditional)]
    [InlineData("55P03", "could not obtain lock on row", TroubleKind.Conditional)]
    [InlineData("28P01", "password authentication failed for user \"bob\"", TroubleKind.Fatal)]
    [InlineData("28000", "role \"bob\" does not exist", TroubleKind.Fatal)]
    [InlineData("3D000", "database \"breakpad\" does not exist", TroubleKind.Fatal)]
    [InlineData("57P04", "terminating connection: database dropped", TroubleKind.Fatal)]
    [InlineData("57014", "canceling statement due to statement timeout", TroubleKind.Fatal)]
    [InlineData("23505", "duplicate key value violates unique constraint", TroubleKind.Foreign)]
    [InlineData("22012", "division by zero", TroubleKind.Foreign)]
    [InlineData("42P01", "relation \"x\" does not exist", TroubleKind.Fatal)]
    [InlineData("25P02", "current transaction is aborted", TroubleKind.Fatal)]
    [InlineData("P0001", "pgbouncer cannot connect to server, says a function", TroubleKind.Foreign)]
    [InlineData("08P01", "query_wait_timeout", TroubleKind.Operational)]
    [InlineData("08P01", "server login has been failing, try again later (server_login_retry)", TroubleKind.Operational)]
    [InlineData("08P01", "pgbouncer cannot connect to server", TroubleKind.Operational)]
    [InlineData("08P01", "no more connections allowed (max_client_conn)", TroubleKind.Operational)]
    [InlineData("08P01", "server conn crashed?", TroubleKind.Operational)]
    [InlineData("08P01", "password authentication failed", TroubleKind.Fatal)]
    [InlineData("08P01", "no such user: bob", TroubleKind.Fatal)]
    [InlineData("08P01", "SASL authentication failed", TroubleKind.Fatal)]
    [InlineData("08P01", "server login has been failing, cached error: FATAL: password authentication failed for user \"bob\" (server_login_retry)", TroubleKind.Fatal)]
    [InlineData("08P01", "no such database: breakpad", TroubleKind.Fatal)]
    [InlineData("08P01", "bind message supplies 1 parameters, but prepared statement \"\" requires 2", TroubleKind.Fatal)]
    public void The_server_and_the_pooler_are_believed_by_code_and_words(string code, string message, TroubleKind kind)
    {
        var said = new PostgresException(message, "FATAL", "FATAL", code);
        foreach (var phase in Enum.GetValues<AttemptPhase>())
        {
            Assert.Equal(new Trouble(kind, code), PostgresTrouble.Of(said, phase, lost: false));
            Assert.Equal(kind, PostgresTrouble.Of(new NpgsqlException("Exception while connecting", said), phase, lost: true).Kind);
            Assert.Equal(kind, PostgresTrouble.Of(new InvalidDataException("in the function's own words", said), phase, lost: false).Kind);
        }
    }

    [Fact]
    public void A_connection_that_broke_heals() => Assert.All(
        (Exception[])[new SocketException((int)SocketError.ConnectionRefused), new SocketException((int)SocketError.HostNotFound), new EndOfStreamException(), new IOException("reset")],
        cause => Assert.Equal(TroubleKind.Operational, PostgresTrouble.Of(new NpgsqlException("Exception while reading from stream", cause), AttemptPhase.Working, lost: true).Kind));

    [Fact]
    public void A_connection_that_died_under_the_function_heals_and_one_misused_does_not()
    {
        var failure = new InvalidOperationException("Connection is not open");
        Assert.Equal(TroubleKind.Operational, PostgresTrouble.Of(failure, AttemptPhase.Working, lost: true).Kind);
        Assert.Equal(TroubleKind.Foreign, PostgresTrouble.Of(failure, AttemptPhase.Working, lost: false).Kind);
    }

    [Fact]
    public void A_server_that_is_slow_to_let_in_heals_but_a_slow_statement_and_a_used_up_pool_are_not_made_worse()
    {
        var slow = new NpgsqlException("Exception while reading from stream", new TimeoutException());
        var pool = new NpgsqlException("The connection pool has been exhausted, either raise 'Max Pool Size' …", new TimeoutException());
        Assert.Equal(TroubleKind.Operational, PostgresTrouble.Of(slow, AttemptPhase.Opening, lost: false).Kind);
        Assert.Equal(TroubleKind.Fatal, PostgresTrouble.Of(slow, AttemptPhase.Working, lost: true).Kind);
        Assert.Equal(TroubleKind.Fatal, PostgresTrouble.Of(pool, AttemptPhase.Opening, lost: false).Kind);
    }

    [Fact]
    public void A_missing_password_never_heals() =>
        Assert.Equal(TroubleKind.Fatal, PostgresTrouble.Of(new NpgsqlException("No password has been provided but the backend requires one (in SASL/SCRAM-SHA-256)"), AttemptPhase.Opening, lost: false).Kind);

    [Fact]
    public void What_is_none_of_the_drivers_is_the_functions_own_fault() => Assert.All(
        (Exception[])[new IOException("its own file"), new TimeoutException("its own"), new FormatException(), new OperationCanceledException()],
        failure => Assert.Equal(TroubleKind.Foreign, PostgresTrouble.Of(failure, AttemptPhase.Working, lost: false).Kind));

    [Theory]
    [InlineData("ERROR", "23503", true)]
    [InlineData("ERROR", "40001", true)]
    [InlineData("FATAL", "57P01", false)]
    [InlineData("ERROR", "08P01", false)]
    [InlineData("FATAL", "08P01", false)]
    public void Only_an_error_of_the_server_itself_answers_a_commit(string severity, string code, bool answers) =>
        Assert.Equal(answers, PostgresTrouble.IsAnswer(new PostgresException("x", severity, severity, code)));
}
