using System.Globalization;
using Dashboard.Core.Jobs;

namespace Dashboard.Core.Failures;

/// <summary>
/// Tells what kind of trouble an error is from its class and its words. What is specific goes before what is general: a refused password comes as the
/// same class as a lost connection.
/// </summary>
public static class FailureKindRule
{
    // Words are looked for in this much of a message.
    private const int LongestLooked = 4_000;

    /// <summary>The kind of an error.</summary>
    public static FailureKind Of(JobError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        var type = error.Type;
        var name = type[(type.LastIndexOf('.') + 1)..];
        var message = error.Value.Length > LongestLooked ? error.Value[..LongestLooked] : error.Value;
        return ByRunner(name)
            ?? BySqlState(type, message)
            ?? ByServiceCode(name, message)
            ?? ByWords(message)
            ?? ByErrno(type, name, message)
            ?? ByHttp(type, message)
            ?? ByClass(type, name)
            ?? ByLooseWords(message)
            ?? new FailureKind(FailureClass.Unknown, null, name.Length == 0 ? "the error has no class" : $"{name} says nothing of what heals it");
    }

    private static FailureKind? ByRunner(string name) => name switch
    {
        "OngoingJobError" or "RowLevelLockError" => new(FailureClass.Lock, null, $"{name} is the runner's word for a job that is locked"),
        "KeyboardInterrupt" or "SystemExit" or "GeneratorExit" => new(FailureClass.Killed, null, $"{name} is how the end of a process from outside looks to the runner"),
        _ => null,
    };

    private static FailureKind? BySqlState(string type, string message)
    {
        var code = SqlStates.OfClass(type) ?? (type.EndsWith("PostgresException", StringComparison.Ordinal) ? SqlStates.AtStart(message) : null);
        return code is null ? null
            : SqlStates.ClassOf(code) is { } known ? new(known, code, $"PostgreSQL's code {code}")
            : new(FailureClass.Unknown, code, code == "P0001" ? "a function in the database raised it (P0001): its message says what it waits for" : $"PostgreSQL's code {code} says nothing of what heals it");
    }

    /// <summary>The kind of a service's own code, as the driver told it beside the words; null for one that says nothing of what heals it.</summary>
    public static FailureKind? OfServiceCode(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return ServiceClass(code) is { } known ? new(known, code, $"the service's own code {code}") : null;
    }

    // botocore: An error occurred (SlowDown) when calling the PutObject operation: …  boto: <Code>AccessDenied</Code>
    private static FailureKind? ByServiceCode(string name, string message)
    {
        var code = Between(message, "An error occurred (", ")") ?? Between(message, "<Code>", "</Code>");
        if (code is not null && OfServiceCode(code) is { } service)
        {
            return service;
        }

        return name switch
        {
            "ProbableAuthenticationError" or "ProbableAccessDeniedError" or "AuthenticationError" or "NoCredentialsError" or "PartialCredentialsError" => new(FailureClass.Auth, null, $"{name} is said when somebody is not let in"),
            "ConnectionBlockedTimeout" => new(FailureClass.Full, null, "RabbitMQ blocks publishers while it lacks memory or disk"),
            _ => null,
        };
    }

    private static FailureClass? ServiceClass(string code) => code switch
    {
        "SlowDown" or "TooManyRequests" or "TooManyRequestsException" or "ProvisionedThroughputExceeded" or "ProvisionedThroughputExceededException" or "RequestLimitExceeded" or "BandwidthLimitExceeded"
            => FailureClass.Busy,
        _ when code.StartsWith("Throttl", StringComparison.Ordinal) => FailureClass.Busy,
        "RequestTimeout" or "RequestTimeoutException" or "PriorRequestNotComplete" or "InternalError" or "InternalFailure" or "ServiceUnavailable" or "500" or "502" or "503" or "504" => FailureClass.Network,
        "AccessDenied" or "AccessDeniedException" or "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "ExpiredToken" or "ExpiredTokenException" or "InvalidToken" or "UnrecognizedClientException"
            or "RequestTimeTooSkewed" or "UserSuspended" or "401" or "403" => FailureClass.Auth,
        "NoSuchBucket" or "ResourceNotFoundException" or "NoSuchHost" or "PermanentRedirect" or "404" => FailureClass.Configuration,
        "QuotaExceeded" => FailureClass.Full,
        "NoSuchKey" or "InvalidRequest" or "EntityTooLarge" => FailureClass.Data,
        _ => null,
    };

    private static FailureKind? ByWords(string message)
    {
        if (message.Contains("\" does not exist", StringComparison.Ordinal))
        {
            if (message.Contains("role \"", StringComparison.Ordinal))
            {
                return new(FailureClass.Auth, "28000", "its message says that a role does not exist");
            }

            if (message.Contains("database \"", StringComparison.Ordinal))
            {
                return new(FailureClass.Configuration, "3D000", "its message says that a database does not exist");
            }
        }

        return FailureWords.Certain.FirstIn(message);
    }

    private static FailureKind? ByLooseWords(string message) => FailureWords.Likely.FirstIn(message);

    // [Errno 28] No space left on device; IOError(2, 'No such file'); SocketException (111): Connection refused
    private static FailureKind? ByErrno(string type, string name, string message)
    {
        var text = Between(message, "[Errno ", "]")
            ?? (PythonStr.MayGoOn(type) ? Between(message, $"{name}(", ",") ?? Between(message, "(", ",") : null)
            ?? (name == "SocketException" ? Between(message, "(", ")") : null);
        if (text is null || !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        FailureClass? known = number switch
        {
            32 or 100 or 101 or 102 or 103 or 104 or 107 or 108 or 110 or 111 or 112 or 113 or -3 => FailureClass.Network,
            11 or 16 or 26 or 35 => FailureClass.Busy,
            5 or 12 or 23 or 24 or 27 or 28 or 30 or 105 or 122 => FailureClass.Full,
            1 or 13 => FailureClass.Auth,
            2 or 8 or 20 or 21 or 98 or 99 or -2 or -5 => FailureClass.Configuration,
            9 or 14 or 22 or 36 or 90 => FailureClass.Code,
            4 or 10 => FailureClass.Killed,
            _ => null,
        };
        var code = $"errno {number.ToString(CultureInfo.InvariantCulture)}";
        return known is { } system ? new(system, code, $"the system's {code}") : null;
    }

    private static FailureKind? ByHttp(string type, string message)
    {
        if (HttpStatus.Of(type, message) is not { } status)
        {
            return null;
        }

        FailureClass? known = status switch
        {
            408 or 425 or 500 or 502 or 503 or 504 or (>= 520 and <= 524) => FailureClass.Network,
            429 => FailureClass.Busy,
            507 => FailureClass.Full,
            401 or 403 or 407 => FailureClass.Auth,
            404 or 410 or 301 or 308 => FailureClass.Configuration,
            400 or 405 or 406 or 415 or 501 => FailureClass.Code,
            409 or 413 or 422 => FailureClass.Data,
            _ => null,
        };
        var code = $"HTTP {status.ToString(CultureInfo.InvariantCulture)}";
        return known is { } http ? new(http, code, code) : null;
    }

    private static FailureKind? ByClass(string type, string name)
    {
        if (!FailureWords.Classes.TryGetValue(name, out var kind))
        {
            return null;
        }

        // Of Python's drivers, whose classes stand for a class of codes each; others may use the same names.
        var code = name switch
        {
            "IntegrityError" => "class 23",
            "ProgrammingError" => "class 42",
            "DataError" => "class 22",
            _ => null,
        };
        return new(kind, type == name ? null : code, $"{name} is a class of errors of that kind");
    }

    private static string? Between(string text, string start, string end)
    {
        var from = text.IndexOf(start, StringComparison.Ordinal);
        if (from < 0)
        {
            return null;
        }

        from += start.Length;
        var to = text.IndexOf(end, from, StringComparison.Ordinal);
        return to < 0 || to - from > 60 ? null : text[from..to].Trim();
    }
}
