using Dashboard.Core.Failures;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>What is said of a job: will a machine put it right, and in time?</summary>
public enum VerdictState
{
    /// <summary>On time.</summary>
    Ok,

    /// <summary>The last run was good and the backlog is being worked off in time.</summary>
    CatchingUp,

    /// <summary>The first good run after a page; one more confirms it.</summary>
    Recovering,

    /// <summary>Broken or late, and a machine that has a name puts it right before anybody has to know.</summary>
    Healing,

    /// <summary>It waits for another job, or for the scheduler, and is judged with it.</summary>
    Blocked,

    /// <summary>It may heal, and there is not enough to say so: it is decided at <see cref="Verdict.DecideAt"/>.</summary>
    Watch,

    /// <summary>No machine will put it right, and there is time until <see cref="Verdict.PageBy"/>.</summary>
    NeedsHumanLater,

    /// <summary>No machine will put it right in time: somebody has to get up.</summary>
    Page,

    /// <summary>Nothing can be said: the source is not seen.</summary>
    Blind,
}

/// <summary>What is odd about a job besides its verdict.</summary>
public enum VerdictFlag
{
    /// <summary>Its last runs take far longer than those before.</summary>
    Slow,

    /// <summary>Its last runs take far shorter than those before.</summary>
    TooFast,

    /// <summary>It fails and succeeds by turns.</summary>
    Flapping,

    /// <summary>Its next run comes more than an interval after the last: a run was left out and does not come back.</summary>
    Gap,

    /// <summary>It never ran.</summary>
    New,

    /// <summary>It has a row and is not configured.</summary>
    Ghost,
}

/// <summary>How sure a forecast is.</summary>
public enum ForecastGrade
{
    /// <summary>By timers and locks alone.</summary>
    Certain,

    /// <summary>By eight or more like it.</summary>
    Measured,

    /// <summary>By three to seven like it.</summary>
    Thin,

    /// <summary>By fewer: no number is said.</summary>
    None,
}

/// <summary>Where a remedy helps.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">A job's name, or <c>scheduler</c>.</param>
public sealed record VerdictRoot(RootKind Kind, string Name);

/// <summary>What the root of a trouble is.</summary>
public enum RootKind
{
    /// <summary>A job.</summary>
    Job,

    /// <summary>Nobody starts jobs.</summary>
    Scheduler,

    /// <summary>A database or service that several jobs need.</summary>
    Resource,
}

/// <summary>When a job is expected to be well again by itself.</summary>
/// <param name="Grade">How sure that is.</param>
public sealed record HealForecast(ForecastGrade Grade)
{
    /// <summary>As likely as not by then; null when that is never.</summary>
    public DateTimeOffset? Likely { get; init; }

    /// <summary>How likely by <see cref="Likely"/>: at least one half, and more where one try changes much.</summary>
    public double? LikelyChance { get; init; }

    /// <summary>At least four times of five by then; null when that is never.</summary>
    public DateTimeOffset? By80 { get; init; }

    /// <summary>How likely by <see cref="By80"/>: at least four fifths.</summary>
    public double? By80Chance { get; init; }

    /// <summary>How likely before <see cref="Verdict.PageBy"/>; to be said with <see cref="AtRisk"/> only. Null also when no try comes before.</summary>
    public double? ByDeadline { get; init; }

    /// <summary>How many failures like this one had come so far.</summary>
    public int AtRisk { get; init; }

    /// <summary>How many of them ended by themselves with the next try.</summary>
    public int Healed { get; init; }

    /// <summary>Within what bounds the share of such failures lies that end with the next try; null without a number to say.</summary>
    public ShareInterval? NextTry { get; init; }

    /// <summary>After how many failures in a row it was made.</summary>
    public int After { get; init; }
}

/// <summary>A fact that a verdict rests on.</summary>
/// <param name="Text">It, in one sentence without ages.</param>
/// <param name="From">Where it stands: <c>crontabber</c>, <c>crontabber_log</c>, <c>configuration</c>, <c>telemetry</c>, <c>reckoned</c>.</param>
public sealed record VerdictFact(string Text, string From);

/// <summary>A rule that was thought of and why it does not hold.</summary>
/// <param name="Rule">Its number.</param>
/// <param name="Because">Why not, in one sentence.</param>
public sealed record RejectedRule(string Rule, string Because);

/// <summary>What is said of one job, and all that it rests on. The sentences name moments, never ages.</summary>
public sealed record Verdict
{
    /// <summary>The job.</summary>
    public required string Job { get; init; }

    /// <summary>What is said.</summary>
    public required VerdictState State { get; init; }

    /// <summary>The rule that said it, as in docs/verdict.md: <c>R8</c>.</summary>
    public required string Rule { get; init; }

    /// <summary>Since when the same is said, by the database's clock.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Where a remedy helps; null when nothing is wrong.</summary>
    public VerdictRoot? Root { get; init; }

    /// <summary>The whole in one sentence.</summary>
    public required string Headline { get; init; }

    /// <summary>The cause in one sentence; empty when nothing is wrong.</summary>
    public string Cause { get; init; } = "";

    /// <summary>What to do first; empty when nothing is to be done.</summary>
    public string FirstAction { get; init; } = "";

    /// <summary>When the next thing happens by a machine; null when none does.</summary>
    public DateTimeOffset? NextEventAt { get; init; }

    /// <summary>When it is expected to be well again; null when nothing is wrong or nothing heals it.</summary>
    public HealForecast? Heal { get; init; }

    /// <summary>From here on somebody has older data than was promised; null when nothing was promised.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>A human who begins later than this is late.</summary>
    public DateTimeOffset? PageBy { get; init; }

    /// <summary>When it is decided without further waiting; null when there is nothing to decide.</summary>
    public DateTimeOffset? DecideAt { get; init; }

    /// <summary>What is odd about it besides; never a reason to page.</summary>
    public IReadOnlyList<VerdictFlag> Flags { get; init; } = [];

    /// <summary>A hash of all that it was made of when it was first said: the same again gives the same verdict. Empty before it is known.</summary>
    public string InputHash { get; init; } = "";

    /// <summary>Since when people are called; null while they are not. It stands until the page is resolved.</summary>
    public DateTimeOffset? PagedAt { get; init; }

    /// <summary>Since when no good run was seen: <see cref="PagedAt"/>, or, of a page that was thought to be over, when it came back. A run that ends well after it ends the page. Null while nobody is called.</summary>
    public DateTimeOffset? IllSince { get; init; }

    /// <summary>Of a page for a run that lasts: how long its runs took before, by which it is told when it is well again. Null of any other.</summary>
    public TimeSpan? UsualBefore { get; init; }

    /// <summary>What its failure has in common with others of the same cause: the class and the words of its error; null when it does not fail.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>The class of the failure; null when none.</summary>
    public FailureClass? Class { get; init; }

    /// <summary>The jobs that wait because of it, in run order.</summary>
    public IReadOnlyList<string> Blocks { get; init; } = [];

    /// <summary>What it rests on.</summary>
    public IReadOnlyList<VerdictFact> Facts { get; init; } = [];

    /// <summary>What else was thought of.</summary>
    public IReadOnlyList<RejectedRule> Rejected { get; init; } = [];

    /// <summary>What would change it.</summary>
    public IReadOnlyList<string> WouldChangeIf { get; init; } = [];
}

/// <summary>One root of trouble with all that hangs on it.</summary>
/// <param name="Root">What.</param>
/// <param name="State">The gravest of what is said of it.</param>
/// <param name="Job">The job whose verdict tells of it; null for the scheduler's own.</param>
/// <param name="Headline">The whole in one sentence.</param>
/// <param name="Waiting">The jobs that wait behind it, in run order.</param>
public sealed record RootVerdict(VerdictRoot Root, VerdictState State, string? Job, string Headline, IReadOnlyList<string> Waiting)
{
    /// <summary>What to do first about a root that no job tells of; empty where a job's verdict says it.</summary>
    public string FirstAction { get; init; } = Root is { Kind: RootKind.Scheduler } ? "See whether the scheduler still runs: start it." : "";

    /// <summary>A human who begins later is late; null where a job's verdict says it.</summary>
    public DateTimeOffset? PageBy { get; init; }

    /// <summary>When it is decided; null where a job's verdict says it.</summary>
    public DateTimeOffset? DecideAt { get; init; }
}

/// <summary>What is said of a source and each of its jobs.</summary>
public sealed record VerdictSnapshot
{
    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>Every job, in name order. A verdict that did not change is the same object as before.</summary>
    public required IReadOnlyList<Verdict> Jobs { get; init; }

    /// <summary>Every root of trouble, the gravest first; one page each at most.</summary>
    public IReadOnlyList<RootVerdict> Roots { get; init; } = [];

    /// <summary>The gravest of the roots; <see cref="VerdictState.Blind"/> when the source is not seen.</summary>
    public VerdictState State { get; init; } = VerdictState.Blind;

    /// <summary>Whether to page, in one sentence.</summary>
    public string Headline { get; init; } = "";

    /// <summary>The second sentence: what else there is; empty when nothing.</summary>
    public string Then { get; init; } = "";

    /// <summary>The moment it was judged for, by the database's clock; null before the first.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>Grows by one with each snapshot of this process.</summary>
    public long Sequence { get; init; }

    /// <summary>The verdict on that job, or null.</summary>
    public Verdict? Find(string name) => Jobs.FirstOrDefault(verdict => verdict.Job == name);

    /// <summary>What it was made of, and until when it says the same of it.</summary>
    internal Judgement? Made { get; set; }

    /// <summary>Nothing judged yet.</summary>
    public static VerdictSnapshot Empty(string source) => new() { Source = source, Jobs = [] };
}
