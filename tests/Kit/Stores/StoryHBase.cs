using Dashboard.Core.Stores;
using Dashboard.Core.Stores.HBase;

namespace Dashboard.Kit.Stores;

/// <summary>What stands for the HBase of old: a double of its REST gateway, and no HBase.</summary>
/// <param name="hbase">The double.</param>
public sealed class StoryHBase(HBaseRestDouble hbase) : StoryStore
{
    private static readonly HBaseOptions Usual = new() { Gateway = new Uri("http://127.0.0.1") };

    /// <inheritdoc/>
    public override string Address => $"hbase:{hbase.Gateway}{Usual.Table}";

    /// <inheritdoc/>
    public override string Class => "HBaseStore";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Lines => [$"hbase_gateway={hbase.Gateway}", $"hbase_table={Usual.Table}"];

    /// <inheritdoc/>
    public override string Trouble => "answered every request with 503";

    /// <inheritdoc/>
    public override ICrashStore Open() => new HBaseStore(Address, Usual with { Gateway = hbase.Gateway }, StoreContext.Silent);

    /// <summary>Its table is there from the beginning.</summary>
    public override Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override Task BreakAsync(bool broken)
    {
        hbase.IsAway = broken;
        return Task.CompletedTask;
    }
}
