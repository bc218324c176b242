using System.ComponentModel.DataAnnotations;

namespace Dashboard.Core.Stores.Moving;

/// <summary>Section <c>Mover</c>: how new crashes are moved from the source to the destination.</summary>
public sealed class MoverOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Mover";

    /// <summary>How many crashes are moved at once.</summary>
    [Range(1, 1_000)]
    public int Parallel { get; init; } = 4;

    /// <summary>For how many seconds nothing is asked for when there was nothing new.</summary>
    [Range(0.01, 3_600)]
    public double IdleSeconds { get; init; } = 1;
}
