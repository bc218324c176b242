using Dashboard.Core.Ledger;

namespace Dashboard.Web.Tests.Layout;

/// <summary>A ledger that holds what a test put into it.</summary>
public sealed class KeptBook : ILedgerReader
{
    /// <summary>The changes, newest first.</summary>
    public IReadOnlyList<VerdictEvent> Events { get; set; } = [];

    /// <summary>What was said at any moment.</summary>
    public PastMoment? Past { get; set; }

    /// <summary>What is thrown instead of an answer; null for none.</summary>
    public Exception? Trouble { get; set; }

    public Task<IReadOnlyList<IncidentEntry>> IncidentsAsync(string source, string? job, DateTimeOffset? before, int most, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<IncidentEntry>>([]);

    public Task<IReadOnlyList<VerdictEvent>> EventsAsync(string source, string? job, bool every, DateTimeOffset? before, int most, CancellationToken cancellationToken) =>
        Trouble is null ? Task.FromResult(Events) : Task.FromException<IReadOnlyList<VerdictEvent>>(Trouble);

    public Task<PastMoment> AtAsync(string source, DateTimeOffset at, CancellationToken cancellationToken) =>
        Trouble is null ? Task.FromResult(Past ?? new PastMoment(at, null, null, new Dictionary<string, KeptStanding>())) : Task.FromException<PastMoment>(Trouble);
}
