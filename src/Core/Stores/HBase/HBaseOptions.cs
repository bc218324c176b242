namespace Dashboard.Core.Stores.HBase;

/// <summary>How to reach HBase: through its REST gateway.</summary>
public sealed record HBaseOptions
{
    /// <summary>The gateway, <c>http://hbase.example.org:8080</c>.</summary>
    public required Uri Gateway { get; init; }

    /// <summary>The table.</summary>
    public string Table { get; init; } = "crash_reports";

    /// <summary>How many cells a page of a scan has.</summary>
    public int Page { get; init; } = 2_000;
}
