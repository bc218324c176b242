namespace Dashboard.Core.Database.Embedded;

/// <summary>Why the embedded PostgreSQL cannot be used. The message is for the operator: it names the cause and the remedy.</summary>
public sealed class EmbeddedPostgresException : Exception
{
    /// <summary>For tools that make exceptions.</summary>
    public EmbeddedPostgresException()
    {
    }

    /// <summary>With cause and remedy in words.</summary>
    public EmbeddedPostgresException(string message)
        : base(message)
    {
    }

    /// <summary>With cause and remedy in words, and what was caught.</summary>
    public EmbeddedPostgresException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
