using System.ComponentModel.DataAnnotations;

namespace Dashboard.Core.Stores.CutOver;

/// <summary>Section <c>CutOver</c>: what must be so before an old crash store is left, and for how long each proof holds.</summary>
public sealed class CutOverOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "CutOver";

    /// <summary>For how many days crashes must have been saved into both stores.</summary>
    [Range(0, 365)]
    public double BothDays { get; init; } = 7;

    /// <summary>For how many hours a comparison of both stores is a proof.</summary>
    [Range(0.01, 720)]
    public double ParityHours { get; init; } = 24;

    /// <summary>Which part of what both stores have may differ inside at most, with 99 % confidence.</summary>
    [Range(0, 1)]
    public double Upper99 { get; init; } = 1e-4;

    /// <summary>For how many days the new store must have been fast and free of failures enough.</summary>
    [Range(0.01, 90)]
    public double BudgetDays { get; init; } = 7;

    /// <summary>Which part of what is asked of the new store may fail at most.</summary>
    [Range(0, 1)]
    public double BudgetFailures { get; init; } = 1e-3;

    /// <summary>How many seconds ninety-nine of a hundred operations of the new store may take at most.</summary>
    [Range(0.001, 600)]
    public double BudgetSeconds { get; init; } = 5;

    /// <summary>For how many days a word of somebody, or something that was tried, holds.</summary>
    [Range(0.01, 365)]
    public double WordDays { get; init; } = 7;

    /// <summary>For how many hours nobody must have called a store that was left, before it may be switched off.</summary>
    [Range(0.0001, 8_760)]
    public double SilenceHours { get; init; } = 24;
}
