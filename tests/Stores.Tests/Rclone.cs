using System.Globalization;
using Dashboard.Core.Stores.S3;
using Dashboard.Kit;

namespace Dashboard.Stores.Tests;

/// <summary>Somebody else's opinion of two buckets, by sizes and checksums.</summary>
internal static class Rclone
{
    /// <summary>How many differences <c>rclone check</c> finds.</summary>
    /// <param name="one">A bucket.</param>
    /// <param name="two">Another.</param>
    /// <param name="days">Only crashes of these days; none for everything.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<int> DifferencesAsync(S3Options one, S3Options two, IEnumerable<DateOnly> days, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string?> { ["AWS_CA_BUNDLE"] = null };
        foreach (var (name, bucket) in ((string, S3Options)[])[("ONE", one), ("TWO", two)])
        {
            environment[$"RCLONE_CONFIG_{name}_TYPE"] = "s3";
            environment[$"RCLONE_CONFIG_{name}_PROVIDER"] = "Ceph";
            environment[$"RCLONE_CONFIG_{name}_ACCESS_KEY_ID"] = bucket.AccessKey;
            environment[$"RCLONE_CONFIG_{name}_SECRET_ACCESS_KEY"] = bucket.SecretKey;
            environment[$"RCLONE_CONFIG_{name}_ENDPOINT"] = bucket.Endpoint.ToString();
        }

        IEnumerable<string> filters = days.SelectMany(day => (string[])["--include", $"*{day.ToString("yyMMdd", CultureInfo.InvariantCulture)}"]);
        await using var rclone = ChildProcess.Start("rclone", ["check", $"one:{one.Bucket}", $"two:{two.Bucket}", "--config", "/dev/null", .. filters], environment);
        await rclone.Process.WaitForExitAsync(cancellationToken);
        var said = rclone.Words;
        var at = said.LastIndexOf(" differences found", StringComparison.Ordinal);
        return at < 0 ? throw new InvalidOperationException($"rclone did not say how many differences there are:\n{said}") : int.Parse(said[..at].Split(' ', '\n')[^1], CultureInfo.InvariantCulture);
    }
}
