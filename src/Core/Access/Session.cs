namespace Dashboard.Core.Access;

/// <summary>A person who is in, or was.</summary>
public sealed record Session
{
    /// <summary>Its number; all that the cookie says.</summary>
    public required Guid Id { get; init; }

    /// <summary>Who.</summary>
    public required string Name { get; init; }

    /// <summary>What they may.</summary>
    public required Role Role { get; init; }

    /// <summary>How they came in: one of <see cref="ActorVia"/>.</summary>
    public required string Via { get; init; }

    /// <summary>Who they are to the provider or proxy that vouched for them; names may change, this does not. Null for a login link.</summary>
    public string? Subject { get; init; }

    /// <summary>From where they came in.</summary>
    public required string Address { get; init; }

    /// <summary>What their browser calls itself, shortened.</summary>
    public required string Agent { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When they were heard of last, to the minute.</summary>
    public required DateTimeOffset SeenAt { get; init; }

    /// <summary>Until when at most.</summary>
    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>When it was ended before that; null while it was not.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Who ended it.</summary>
    public string? EndedBy { get; init; }

    /// <summary>Whether it began just now, with the answer that brought it.</summary>
    public bool IsNew { get; init; }

    /// <summary>
    /// Whether another session is of the same person: to the provider, whatever they are called; of login links, those made for the same name and role.
    /// </summary>
    public bool IsOfSamePerson(Session other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Via == other.Via && Subject == other.Subject && (Subject is not null || (Name == other.Name && Role == other.Role));
    }
}
