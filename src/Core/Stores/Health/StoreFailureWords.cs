using Amazon.Runtime;
using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;

namespace Dashboard.Core.Stores.Health;

/// <summary>How a probe says what a store answered, and what kind of trouble those words tell of.</summary>
internal static class StoreFailureWords
{
    /// <summary>The failure with its class, the service's own code where it has one, and its words.</summary>
    public static string Of(Exception cause)
    {
        ArgumentNullException.ThrowIfNull(cause);
        var code = cause is AmazonServiceException { ErrorCode: { Length: > 0 } said } && !cause.Message.Contains(said, StringComparison.Ordinal) ? $"{said}: " : "";
        return $"{cause.GetType().Name}: {code}{cause.Message}";
    }

    /// <summary>The kind of trouble such words tell of; a deadline that passed is one of the network.</summary>
    public static FailureClass ClassOf(string words)
    {
        ArgumentNullException.ThrowIfNull(words);
        if (words.Split(": ", 3) is not [var type, var code, ..] || type.Contains(' ', StringComparison.Ordinal))
        {
            return FailureClass.Network;
        }

        return type == nameof(StoreMisconfiguredException) ? FailureClass.Configuration
            : FailureKindRule.OfServiceCode(code)?.Class ?? FailureKindRule.Of(new JobError(type, words[(type.Length + 2)..], "")).Class;
    }
}
