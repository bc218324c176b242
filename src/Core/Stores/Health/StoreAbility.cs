namespace Dashboard.Core.Stores.Health;

/// <summary>What a store may or may not really do.</summary>
public enum StoreAbilityKind
{
    /// <summary>Says of a crash that it has not got it that it is not there, in words nothing else is said in.</summary>
    SaysWhatIsMissing,

    /// <summary>Creates what is not there and never overwrites: without it a copier looks first, which another writer may come between.</summary>
    ConditionalCreate,

    /// <summary>Lists what it keeps: without it nothing can be copied out of it or compared with it.</summary>
    Listing,

    /// <summary>Tells sizes without reading.</summary>
    Sizes,

    /// <summary>Tells the MD5 of what it keeps without reading (of S3, the ETag): with it a listing proves contents, and not only names.</summary>
    Checksums,
}

/// <summary>What was found when a store was tried.</summary>
/// <param name="Kind">What was tried.</param>
/// <param name="Declared">Whether the store's class says that it does it.</param>
/// <param name="Found">Whether it did it; null when that was not to be found out.</param>
/// <param name="Detail">What happened instead, in a sentence; null when it did it, or does not say that it does.</param>
public sealed record StoreAbility(StoreAbilityKind Kind, bool Declared, bool? Found, string? Detail)
{
    /// <summary>True when the store's class relies on something that the server does not do.</summary>
    public bool IsBroken => Declared && Found == false;
}
