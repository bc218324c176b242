using System.Security.Cryptography;
using System.Text;

namespace Dashboard.Core.Runs;

/// <summary>A job's name as the records keep it. An index has no room for a name of any length, so of a very long one they keep the beginning and a hash.</summary>
internal static class RecordName
{
    private const int Longest = 500;
    private const int Beginning = 400;

    /// <summary>The name in the records.</summary>
    public static string Of(string job)
    {
        if (job.Length <= Longest)
        {
            return job;
        }

        var beginning = job[..(char.IsHighSurrogate(job[Beginning - 1]) ? Beginning - 1 : Beginning)];
        return $"{beginning}…{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(job)).AsSpan(0, 16))}";
    }
}
