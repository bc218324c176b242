using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

namespace Dashboard.Core.Sources;

/// <summary>What was looked for in a database is not there.</summary>
internal sealed class NothingToObserveException(string message) : Exception(message);

/// <summary>Why a source cannot be read, as one sentence for people: no secrets, no values of rows.</summary>
internal static class SourceTrouble
{
    /// <summary>The sentence for what was thrown.</summary>
    public static string Sentence(Exception cause, Source source) => cause switch
    {
        NothingToObserveException => cause.Message,
        PostgresException refused => Refused(refused, source),
        NpgsqlException { InnerException: SocketException unreachable } => Unreachable(unreachable, source),
        SocketException unreachable => Unreachable(unreachable, source),
        NpgsqlException { InnerException: TimeoutException } or TimeoutException => $"No answer from {source.Address} in time.",
        NpgsqlException { InnerException: AuthenticationException } or AuthenticationException => $"No encrypted connection could be agreed with {source.Address}.",
        NpgsqlException { InnerException: IOException } or IOException => $"The connection to {source.Address} was lost.",
        NpgsqlException when cause.Message.Contains("pool has been exhausted", StringComparison.Ordinal) => "All our connections to it are busy.",
        NpgsqlException when cause.Message.Contains("No password", StringComparison.Ordinal) => "The server asks for a password and none is configured.",
        NpgsqlException => $"The connection to {source.Address} failed.",
        _ => $"Reading failed ({cause.GetType().Name}); the log has the details.",
    };

    private static string Unreachable(SocketException cause, Source source) => cause.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => $"Nothing listens at {source.Address}.",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => $"The host name of {source.Address} is not known.",
        SocketError.TimedOut => $"No answer from {source.Address} in time.",
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => $"The connection to {source.Address} was lost.",
        _ => $"{source.Address} is not reachable ({cause.SocketErrorCode}).",
    };

    // The server's own words are used only where they name a table or a setting, never a value.
    private static string Refused(PostgresException cause, Source source) => cause.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword => $"{source.Address} refused the password.",
        PostgresErrorCodes.InvalidAuthorizationSpecification => $"{source.Address} does not let this role in.",
        PostgresErrorCodes.InvalidCatalogName => $"There is no such database at {source.Address}.",
        PostgresErrorCodes.TooManyConnections => $"{source.Address} has no connection left for us (too many connections).",
        PostgresErrorCodes.InsufficientPrivilege => $"Not allowed: {cause.MessageText}.",
        PostgresErrorCodes.QueryCanceled => "A question took longer than it may and was given up.",
        PostgresErrorCodes.LockNotAvailable => "A table is locked by somebody else, so it cannot be read now.",
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown => $"{source.Address} ended our connection.",
        PostgresErrorCodes.CannotConnectNow => $"{source.Address} is starting, stopping or recovering.",
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn => $"The tables changed: {cause.MessageText}.",
        "08P01" => $"A pooler in front of {source.Address} refused the connection.",
        _ => $"{source.Address} answered with error {cause.SqlState}.",
    };
}
