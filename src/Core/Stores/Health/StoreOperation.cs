using System.Text.Json;

namespace Dashboard.Core.Stores.Health;

/// <summary>What is asked of a store, as it is counted.</summary>
public enum StoreOperation
{
    /// <summary>A raw crash with its dumps is saved.</summary>
    SaveRaw,

    /// <summary>A processed crash is saved.</summary>
    SaveProcessed,

    /// <summary>Both are saved.</summary>
    SaveBoth,

    /// <summary>A raw crash is read.</summary>
    GetRaw,

    /// <summary>Dumps are read.</summary>
    GetDumps,

    /// <summary>A processed crash is read.</summary>
    GetProcessed,

    /// <summary>It is asked what it keeps of a crash.</summary>
    Catalog,

    /// <summary>It is asked what it keeps of a day.</summary>
    List,

    /// <summary>One thing is read as it is kept.</summary>
    ReadItem,

    /// <summary>One thing is kept if nothing is in its place.</summary>
    CreateItem,

    /// <summary>A crash is removed.</summary>
    Remove,

    /// <summary>It is asked for crashes nobody has dealt with.</summary>
    NewCrashes,

    /// <summary>It is told that a crash was dealt with.</summary>
    Ack,

    /// <summary>A message is published and has to be confirmed.</summary>
    Publish,
}

/// <summary>How an operation ended.</summary>
public enum StoreOutcome
{
    /// <summary>Well.</summary>
    Ok,

    /// <summary>The store was asked and said that it has no such thing: an answer, no failure.</summary>
    NotFound,

    /// <summary>After all attempts its executor allows.</summary>
    Failed,
}

/// <summary>Operations by their names in records, metrics and answers.</summary>
public static class StoreOperationNames
{
    private static readonly Dictionary<string, StoreOperation> ByName = Enum.GetValues<StoreOperation>().ToDictionary(NameOf, StringComparer.Ordinal);

    /// <summary><c>save_raw</c>.</summary>
    public static string NameOf(this StoreOperation operation) => JsonNamingPolicy.SnakeCaseLower.ConvertName(operation.ToString());

    /// <summary>The operation of that name; null for one this version does not know.</summary>
    public static StoreOperation? Find(string name) => ByName.TryGetValue(name, out var operation) ? operation : null;
}
