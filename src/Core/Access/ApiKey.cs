namespace Dashboard.Core.Access;

/// <summary>A key by which a program comes in, without the secret itself.</summary>
public sealed record ApiKey
{
    /// <summary>Its number.</summary>
    public required long Id { get; init; }

    /// <summary>What people call it; unique among those not revoked.</summary>
    public required string Name { get; init; }

    /// <summary>What it may do.</summary>
    public required string Role { get; init; }

    /// <summary>SHA-256 of the secret.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was used last, to the minute; null when never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>When it stops working; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was revoked; null while it works.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Who made it; null for one made before that was noted.</summary>
    public string? MadeBy { get; init; }

    /// <summary>Who revoked it.</summary>
    public string? RevokedBy { get; init; }
}
