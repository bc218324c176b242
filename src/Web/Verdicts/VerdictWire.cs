using Dashboard.Core.Failures;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts.Engine;

namespace Dashboard.Web.Verdicts;

/// <summary>What is said of a source and each of its jobs.</summary>
public sealed record SystemVerdictWire
{
    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>The gravest of its roots.</summary>
    public required VerdictState Verdict { get; init; }

    /// <summary>Whether to page, in one sentence.</summary>
    public required string Headline { get; init; }

    /// <summary>What else there is; empty when nothing.</summary>
    public required string Then { get; init; }

    /// <summary>The moment it was judged for, by the database's clock.</summary>
    public required DateTimeOffset EvaluatedAt { get; init; }

    /// <summary>Every root of trouble, the gravest first; one page each at most.</summary>
    public required IReadOnlyList<RootVerdictWire> Roots { get; init; }

    /// <summary>Every job, in name order; none while the source is not seen.</summary>
    public required IReadOnlyList<VerdictWire> Jobs { get; init; }

    internal static SystemVerdictWire Of(VerdictSnapshot said) => new()
    {
        Source = said.Source,
        Verdict = said.State,
        Headline = said.Headline,
        Then = said.Then,
        EvaluatedAt = said.AsOf!.Value,
        Roots = [.. said.Roots.Select(root => new RootVerdictWire(root.Root.Kind, root.Root.Name, root.State, root.Job, root.Headline, root.Waiting))],
        Jobs = [.. said.Jobs.Select(VerdictWire.Of)],
    };
}

/// <summary>One root of trouble.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name.</param>
/// <param name="Verdict">The gravest of what is said of it.</param>
/// <param name="AppName">The job whose verdict tells of it; null for the scheduler's own.</param>
/// <param name="Headline">The whole in one sentence.</param>
/// <param name="Waiting">The jobs that wait behind it, in run order.</param>
public sealed record RootVerdictWire(RootKind Kind, string Name, VerdictState Verdict, string? AppName, string Headline, IReadOnlyList<string> Waiting);

/// <summary>What is said of one job, and what it rests on.</summary>
public sealed record VerdictWire
{
    /// <summary>The job.</summary>
    public required string AppName { get; init; }

    /// <summary>What is said.</summary>
    public required VerdictState Verdict { get; init; }

    /// <summary>The rule that said it.</summary>
    public required string Rule { get; init; }

    /// <summary>Since when the same is said.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>What the root is; null when nothing is wrong.</summary>
    public RootKind? RootKind { get; init; }

    /// <summary>The root's name; null when nothing is wrong.</summary>
    public string? Root { get; init; }

    /// <summary>The whole in one sentence.</summary>
    public required string Headline { get; init; }

    /// <summary>The cause; empty when nothing is wrong.</summary>
    public required string Cause { get; init; }

    /// <summary>What to do first; empty when nothing is to be done.</summary>
    public required string FirstAction { get; init; }

    /// <summary>When a machine does the next thing.</summary>
    public DateTimeOffset? NextEventAt { get; init; }

    /// <summary>When it is expected to be well again by itself.</summary>
    public HealForecast? Heal { get; init; }

    /// <summary>From here on its data is older than promised.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>A human who begins later is late.</summary>
    public DateTimeOffset? PageBy { get; init; }

    /// <summary>When it is decided without further waiting.</summary>
    public DateTimeOffset? DecideAt { get; init; }

    /// <summary>The class of the failure.</summary>
    public FailureClass? Class { get; init; }

    /// <summary>The jobs that wait because of it, in run order.</summary>
    public required IReadOnlyList<string> Blocks { get; init; }

    /// <summary>What is odd about it besides; never a reason to page.</summary>
    public required IReadOnlyList<VerdictFlag> Flags { get; init; }

    /// <summary>What its failure has in common with others of the same cause; null when it does not fail, or by itself.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>A hash of all that it was made of when it was first said.</summary>
    public required string InputHash { get; init; }

    /// <summary>What it rests on.</summary>
    public required IReadOnlyList<VerdictFact> Evidence { get; init; }

    /// <summary>What else was thought of.</summary>
    public required IReadOnlyList<RejectedRule> Rejected { get; init; }

    /// <summary>What would change it.</summary>
    public required IReadOnlyList<string> WouldChangeIf { get; init; }

    internal static VerdictWire Of(Verdict said) => new()
    {
        AppName = said.Job,
        Verdict = said.State,
        Rule = said.Rule,
        Since = said.Since,
        RootKind = said.Root?.Kind,
        Root = said.Root?.Name,
        Headline = said.Headline,
        Cause = said.Cause,
        FirstAction = said.FirstAction,
        NextEventAt = said.NextEventAt,
        Heal = said.Heal,
        Deadline = said.Deadline,
        PageBy = said.PageBy,
        DecideAt = said.DecideAt,
        Class = said.Class,
        Blocks = said.Blocks,
        Flags = said.Flags,
        Fingerprint = said.Fingerprint,
        InputHash = said.InputHash,
        Evidence = said.Facts,
        Rejected = said.Rejected,
        WouldChangeIf = said.WouldChangeIf,
    };
}
