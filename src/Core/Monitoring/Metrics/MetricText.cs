using System.Globalization;
using System.Text;

namespace Dashboard.Core.Monitoring.Metrics;

/// <summary>Metrics as Prometheus reads them: OpenMetrics 1.0, or the older text format 0.0.4.</summary>
public static class MetricText
{
    /// <summary>The content type of OpenMetrics.</summary>
    public const string OpenMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// <summary>The content type of the older format.</summary>
    public const string PlainType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Writes them.</summary>
    public static string Write(IEnumerable<Metric> metrics, bool openMetrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        var text = new StringBuilder();
        foreach (var metric in metrics)
        {
            var suffix = metric.Kind switch { MetricKind.Counter => "_total", MetricKind.Info => "_info", _ => "" };
            var family = openMetrics ? metric.Name : metric.Name + suffix;
            text.Append("# HELP ").Append(family).Append(' ').Append(Escaped(metric.Help, quoted: openMetrics)).Append('\n');
            text.Append("# TYPE ").Append(family).Append(' ').Append(Kind(metric.Kind, openMetrics)).Append('\n');
            foreach (var sample in metric.Samples)
            {
                text.Append(metric.Name).Append(suffix).Append(sample.Suffix);
                Labels(text, sample.Labels);
                text.Append(' ').Append(Number(sample.Value)).Append('\n');
            }
        }

        if (openMetrics)
        {
            text.Append("# EOF\n");
        }

        return text.ToString();
    }

    private static void Labels(StringBuilder text, IReadOnlyList<(string Name, string Value)> labels)
    {
        for (var i = 0; i < labels.Count; i++)
        {
            text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"").Append(Escaped(labels[i].Value, quoted: true)).Append('"');
        }

        if (labels.Count > 0)
        {
            text.Append('}');
        }
    }

    private static string Escaped(string text, bool quoted)
    {
        if (text.AsSpan().IndexOfAny('\\', '\n', '"') < 0)
        {
            return text;
        }

        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quoted ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private static string Kind(MetricKind kind, bool openMetrics) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        MetricKind.Info => openMetrics ? "info" : "gauge",
        _ => "gauge",
    };

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ when double.IsNaN(value) => "NaN",
        _ => value.ToString("0.###############", CultureInfo.InvariantCulture),
    };
}
