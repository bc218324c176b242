namespace Dashboard.Core.Failures;

/// <summary>What kind of trouble an error is, and so whether another try may get through.</summary>
public enum FailureClass
{
    /// <summary>The network or the other end was away: usually heals by itself.</summary>
    Network,

    /// <summary>The other end was too busy, or somebody held a lock: usually heals by itself.</summary>
    Busy,

    /// <summary>No disk, memory or room: heals when someone or something frees it.</summary>
    Full,

    /// <summary>Not let in: never heals by itself.</summary>
    Auth,

    /// <summary>Something is not where the configuration says: never heals by itself.</summary>
    Configuration,

    /// <summary>A fault in code: heals with a deploy.</summary>
    Code,

    /// <summary>The data is not as the code expects: heals when the data or the code changes.</summary>
    Data,

    /// <summary>The run was ended from outside: the next tick runs it again.</summary>
    Killed,

    /// <summary>The runner found the job locked: no failure of the job.</summary>
    Lock,

    /// <summary>Nothing that is known.</summary>
    Unknown,
}

/// <summary>The class of an error and how it was told.</summary>
/// <param name="Class">The class.</param>
/// <param name="Code">An SQLSTATE, <c>errno 28</c>, <c>HTTP 503</c> or a service's own code; null when the error has none that can be told.</param>
/// <param name="Because">How the class was told, in one sentence without a full stop.</param>
public readonly record struct FailureKind(FailureClass Class, string? Code, string Because);
