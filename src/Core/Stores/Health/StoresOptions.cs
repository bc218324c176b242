using System.ComponentModel.DataAnnotations;

namespace Dashboard.Core.Stores.Health;

/// <summary>Section <c>Stores</c>: which crash stores the dashboard looks after.</summary>
public sealed class StoresOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Stores";

    /// <summary>The stores by the name people know them by, each as a <see cref="StoreAddress"/>. A canary is saved into each of them, always the same one.</summary>
    public IReadOnlyDictionary<string, string> Watched { get; init; } = new Dictionary<string, string>();

    /// <summary>How often each is probed, in seconds.</summary>
    [Range(1, 3_600)]
    public double ProbeSeconds { get; init; } = 10;

    /// <summary>How long a step of a probe may take, in seconds.</summary>
    [Range(0.1, 600)]
    public double DeadlineSeconds { get; init; } = 5;

    /// <summary>How many days what was asked of stores, and what comparisons of them found, is kept.</summary>
    [Range(1, 3_650)]
    public int KeepDays { get; init; } = 90;

    /// <summary>How long a store may be away, in minutes, before somebody is called, also when no job has missed it yet: crashes pile up somewhere meanwhile.</summary>
    [Range(1, 10_080)]
    public double PageAfterMinutes { get; init; } = 30;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (name, address) in Watched)
        {
            string? fault = null;
            try
            {
                // Nothing is opened by it. A secret that is missing is told by the probe, in its own words.
                _ = StoreAddress.Open(address, StoreContext.Silent, _ => "unknown yet");
            }
            catch (FormatException cause)
            {
                fault = cause.Message;
            }

            if (fault is not null)
            {
                yield return new ValidationResult($"{Section}:{nameof(Watched)}:{name}: {fault}", [nameof(Watched)]);
            }
        }
    }
}
