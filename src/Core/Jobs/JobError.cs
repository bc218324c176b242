using Dashboard.Core.Failures;

namespace Dashboard.Core.Jobs;

/// <summary>
/// What a job left behind when it failed: <c>last_error</c>, or the <c>exc_*</c> columns of a run. Its texts come without secrets: whatever makes one of
/// these, nothing after it can show, store or send a password. See <see cref="Redaction"/>.
/// </summary>
/// <param name="Type">The exception's class without its wrapping, <c>psycopg2.OperationalError</c>; empty when unknown.</param>
/// <param name="Value">Its message; may be empty, may hold anything.</param>
/// <param name="Traceback">The frames, oldest first, without a header line; may be empty or very long.</param>
/// <param name="Readable">False when the column's text had no shape we know; then <paramref name="Value"/> is that text.</param>
public sealed record JobError(string Type, string Value, string Traceback, bool Readable = true)
{
    /// <summary>The exception's class without its wrapping; empty when unknown.</summary>
    public string Type { get; } = Redaction.Of(Type);

    /// <summary>Its message.</summary>
    public string Value { get; } = Redaction.Of(Value);

    /// <summary>The frames, oldest first.</summary>
    public string Traceback { get; } = Redaction.Of(Traceback);

    /// <summary>True when the column holds more than was read: the end is missing.</summary>
    public bool Cut { get; init; }
}
