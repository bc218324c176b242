using Dashboard.Core.Database;
using Dashboard.Core.Database.Embedded;

namespace Dashboard.Web.Commands;

/// <summary>Opens the dashboard's own records before anything else, saying in the terminal what it is doing.</summary>
internal static class Storage
{
    /// <summary>When they cannot be opened.</summary>
    public const int ExitCode = 1;

    /// <summary>Opens them; null when that cannot be, and then the terminal says why and what to do.</summary>
    public static async Task<DashboardStorage?> OpenAsync(IConfiguration configuration)
    {
        try
        {
            return await DashboardStorage.OpenAsync(configuration, TimeProvider.System, Console.Out.WriteLine);
        }
        catch (EmbeddedPostgresException cause)
        {
            await Console.Error.WriteLineAsync(cause.Message);
            return null;
        }
    }
}
