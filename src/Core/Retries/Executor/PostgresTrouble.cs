using System.IO;
using System.Net.Sockets;
using Npgsql;

namespace Dashboard.Core.Retries.Executor;

/// <summary>
/// Which failures of PostgreSQL, of pgbouncer and of Npgsql heal by waiting. The driver's own opinion comes last: it calls a missing database and a used-up pool
/// transient, and knows nothing of what pgbouncer says under the code of a broken protocol.
/// </summary>
internal static class PostgresTrouble
{
    private const int Deepest = 8;

    // What a pooler passes on or says when it lets nobody in: it says so under 08P01, for ever.
    private static readonly string[] NeverHeals =
    [
        "password authentication failed", "authentication failed", "auth failed", "no such user", "no such database", "SASL", "no pg_hba.conf entry", "does not support SSL", "SSL required",
        "not allowed", "\" does not exist", "No password has been provided", "is not permitted to log in",
    ];

    private static readonly string[] Heals =
    [
        "query_wait_timeout", "server login has been failing", "server_login_retry", "pgbouncer cannot connect to server", "server conn crashed", "server closed the connection", "no more connections allowed",
        "client_login_timeout", "client_idle_timeout", "query_timeout", "transaction_timeout", "the database system is", "shutting down", "shut down", "server_lifetime", "connect failed", "dns", "paused",
        "server connect", "pooler error", "pgbouncer",
    ];

    /// <summary>Whether another attempt may get through.</summary>
    public static Trouble Of(Exception failure, AttemptPhase phase, bool lost)
    {
        if (failure is CommitInDoubtException)
        {
            return new(TroubleKind.Fatal, null);
        }

        var cause = failure;
        for (var depth = 0; depth < Deepest && cause is not null; depth++, cause = cause.InnerException)
        {
            if (cause is PostgresException said)
            {
                return new(OfServer(said), said.SqlState);
            }
        }

        cause = failure;
        for (var depth = 0; depth < Deepest && cause is not null; depth++, cause = cause.InnerException)
        {
            if (cause is NpgsqlException told)
            {
                return new(OfDriver(told, phase), told.SqlState);
            }
        }

        return new(
            failure switch
            {
                // What the function meets when it goes on with a connection that died under it.
                InvalidOperationException when lost => TroubleKind.Operational,
                AttemptDeadlineException => TroubleKind.Operational,
                SocketException or TimeoutException or IOException when phase == AttemptPhase.Opening => TroubleKind.Operational,
                _ => phase == AttemptPhase.Working && !lost ? TroubleKind.Foreign : TroubleKind.Fatal,
            },
            null);
    }

    /// <summary>True when the server itself said that a COMMIT failed. What ends a session, or what a pooler says in the server's place, leaves it open.</summary>
    public static bool IsAnswer(Exception failure)
    {
        for (var (cause, depth) = (failure, 0); depth < Deepest && cause is not null; depth++, cause = cause.InnerException)
        {
            if (cause is PostgresException said)
            {
                return said.InvariantSeverity == "ERROR" && !said.SqlState.StartsWith("08", StringComparison.Ordinal);
            }
        }

        return false;
    }

    private static TroubleKind OfServer(PostgresException said) => said.SqlState switch
    {
        "08P01" => Contains(said.MessageText, NeverHeals) ? TroubleKind.Fatal : Contains(said.MessageText, Heals) ? TroubleKind.Operational : TroubleKind.Fatal,
        "40001" or "40P01" or "55P03" or "55006" => TroubleKind.Conditional,
        "57P01" or "57P02" or "57P03" or "57P05" or "25P03" => TroubleKind.Operational,
        "08004" => Contains(said.MessageText, NeverHeals) ? TroubleKind.Fatal : TroubleKind.Operational,
        _ => said.SqlState[..2] switch
        {
            "08" or "53" => TroubleKind.Operational,

            // Bad data, a constraint, a RAISE: the original lets them pass without a word.
            "22" or "23" or "P0" => TroubleKind.Foreign,
            _ => TroubleKind.Fatal,
        },
    };

    private static TroubleKind OfDriver(NpgsqlException told, AttemptPhase phase)
    {
        if (Contains(told.Message, NeverHeals) || told.InnerException is System.Security.Authentication.AuthenticationException)
        {
            return TroubleKind.Fatal;
        }

        if (IsTimeout(told))
        {
            // Waiting longer for a pool that is used up, or running a statement again that was too slow, makes it worse for everybody.
            return phase == AttemptPhase.Opening && !told.Message.Contains("pool has been exhausted", StringComparison.Ordinal) ? TroubleKind.Operational : TroubleKind.Fatal;
        }

        return told.InnerException is IOException or SocketException || told.IsTransient ? TroubleKind.Operational : TroubleKind.Fatal;
    }

    private static bool IsTimeout(Exception failure)
    {
        for (var (cause, depth) = (failure, 0); depth < Deepest && cause is not null; depth++, cause = cause.InnerException)
        {
            if (cause is TimeoutException)
            {
                return true;
            }
        }

        return failure.Message.Contains("pool has been exhausted", StringComparison.Ordinal);
    }

    private static bool Contains(string message, string[] words)
    {
        foreach (var word in words)
        {
            if (message.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
