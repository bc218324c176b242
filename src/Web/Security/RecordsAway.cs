using Dashboard.Core.Retries.Executor;
using Npgsql;

namespace Dashboard.Web.Security;

/// <summary>Whether a failure means that the own records are out of reach now, so that whoever came is told to come again.</summary>
internal static class RecordsAway
{
    public static bool Is(Exception cause) => cause is NpgsqlException or TimeoutException or CommitInDoubtException;
}
