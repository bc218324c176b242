namespace Dashboard.Core.Stores;

/// <summary>What a store does. A save it does not do is passed over, on purpose: stores that keep a part each are bundled.</summary>
[Flags]
public enum StoreCapabilities
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Keeps raw crashes.</summary>
    SaveRaw = 1,

    /// <summary>Keeps processed crashes.</summary>
    SaveProcessed = 2,

    /// <summary>Gives raw crashes back.</summary>
    GetRaw = 4,

    /// <summary>Keeps dumps and gives them back.</summary>
    Dumps = 8,

    /// <summary>Gives processed crashes back.</summary>
    GetProcessed = 16,

    /// <summary>Removes a crash.</summary>
    Remove = 32,

    /// <summary>Hands out crashes that nobody has dealt with.</summary>
    NewCrashes = 64,

    /// <summary>Lists what it keeps of a day.</summary>
    Enumerate = 128,

    /// <summary>Creates what is not there, and never overwrites, whoever else writes at the same time.</summary>
    ConditionalCreate = 256,

    /// <summary>Keeps crashes, raw, dumps and processed, and gives them back.</summary>
    All = SaveRaw | SaveProcessed | GetRaw | Dumps | GetProcessed,
}
