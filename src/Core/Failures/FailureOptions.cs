using System.ComponentModel.DataAnnotations;

namespace Dashboard.Core.Failures;

/// <summary>Section <c>Failures</c>: how failures are grouped.</summary>
public sealed class FailureOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Failures";

    /// <summary>More of what is not the operator's own code: parts of paths of Python files, or beginnings of .NET names that end with a dot.</summary>
    [MaxLength(200)]
    public IReadOnlyList<string> Libraries { get; init; } = [];
}
