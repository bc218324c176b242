namespace Dashboard.Core.Ledger;

/// <summary>What pages and programs read of the ledger on request; <see cref="LedgerSnapshot"/> has the newest of it without a question.</summary>
public interface ILedgerReader
{
    /// <summary>Troubles, those that go on first, then newest first.</summary>
    Task<IReadOnlyList<IncidentEntry>> IncidentsAsync(string source, string? job, DateTimeOffset? before, int most, CancellationToken cancellationToken);

    /// <summary>Changes of what was said, newest first.</summary>
    /// <param name="source">The source.</param>
    /// <param name="job">Of this job; null for the whole source.</param>
    /// <param name="every">Of everything in it instead.</param>
    /// <param name="before">Only older ones.</param>
    /// <param name="most">At most so many.</param>
    /// <param name="cancellationToken">To give up.</param>
    Task<IReadOnlyList<VerdictEvent>> EventsAsync(string source, string? job, bool every, DateTimeOffset? before, int most, CancellationToken cancellationToken);

    /// <summary>What was said and where jobs stood at a moment, as it was kept then.</summary>
    Task<PastMoment> AtAsync(string source, DateTimeOffset at, CancellationToken cancellationToken);
}
