using System.Runtime.InteropServices;

namespace Dashboard.Core.Monitoring.Metrics;

/// <summary>What kind of figure a metric is.</summary>
public enum MetricKind
{
    /// <summary>It goes up and down.</summary>
    Gauge,

    /// <summary>It only grows, and begins anew with the process.</summary>
    Counter,

    /// <summary>Counts by upper bound, with their sum.</summary>
    Histogram,

    /// <summary>Always 1: its labels are what it tells.</summary>
    Info,
}

/// <summary>One metric with all its figures.</summary>
/// <param name="Name">Without a suffix: a counter's <c>_total</c> and an info's <c>_info</c> are added.</param>
/// <param name="Kind">Of what kind.</param>
/// <param name="Help">What it is, in one sentence.</param>
/// <param name="Samples">Its figures.</param>
public sealed record Metric(string Name, MetricKind Kind, string Help, IReadOnlyList<MetricSample> Samples);

/// <summary>One figure.</summary>
/// <param name="Labels">Name and value by turns, in the order they are written.</param>
/// <param name="Value">The figure.</param>
/// <param name="Suffix">Of a histogram: <c>_bucket</c>, <c>_sum</c>, <c>_count</c>; empty otherwise.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MetricSample(IReadOnlyList<(string Name, string Value)> Labels, double Value, string Suffix = "");
