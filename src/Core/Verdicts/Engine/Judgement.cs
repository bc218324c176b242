namespace Dashboard.Core.Verdicts.Engine;

/// <summary>
/// What a snapshot was made of. While all of it is the same and the clock passed nothing that a verdict names, the snapshot says what it said: then nothing is judged, and nothing allocated.
/// </summary>
/// <param name="Facts">What was known.</param>
/// <param name="Settings">How long to wait.</param>
/// <param name="Model">How failures ended so far.</param>
/// <param name="At">When it was judged.</param>
/// <param name="Until">Up to here nothing changes by the clock alone.</param>
internal sealed record Judgement(VerdictFacts Facts, VerdictSettings Settings, HealModel Model, DateTimeOffset At, DateTimeOffset Until)
{
    // Moments that no verdict names, such as the gap between two ticks, are looked at this often.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Whether these give the same again.</summary>
    public bool StillHolds(VerdictFacts facts, VerdictSettings settings, HealModel model, DateTimeOffset now) =>
        now >= At && now < Until && facts.Trouble == Facts.Trouble && facts.Trouble is null && ReferenceEquals(settings, Settings) && ReferenceEquals(model, Model)
        && ReferenceEquals(facts.Standings, Facts.Standings) && ReferenceEquals(facts.Tick, Facts.Tick) && ReferenceEquals(facts.Backlogs, Facts.Backlogs) && ReferenceEquals(facts.Book, Facts.Book)
        && Same(facts.Open, Facts.Open) && Same(facts.Ticks, Facts.Ticks) && (facts.Stores.Count == 0 ? Facts.Stores.Count == 0 : facts.Stores.SequenceEqual(Facts.Stores));

    /// <summary>The first moment after now at which something a verdict or a standing names is passed.</summary>
    public static DateTimeOffset NextMoment(IReadOnlyList<Verdict> said, VerdictFacts facts, VerdictSettings settings, DateTimeOffset now)
    {
        var next = now + Longest;
        Sooner(settings.NextStaffed(now));
        Sooner(new DateTimeOffset(now.UtcDateTime.Date.AddDays(1), TimeSpan.Zero));
        foreach (var verdict in said)
        {
            Sooner(verdict.NextEventAt);
            Sooner(verdict.DecideAt);
            Sooner(verdict.PageBy);
            Sooner(verdict.Deadline);
            Sooner(verdict.Heal?.By80);
        }

        foreach (var store in facts.Stores)
        {
            Sooner(store.CallFrom);
        }

        foreach (var standing in facts.Standings.Jobs)
        {
            Sooner(standing.Until);
            Sooner(standing.Job.NextRun);
        }

        foreach (var backlog in facts.Backlogs.Jobs)
        {
            Sooner(backlog.Until);
        }

        return next;

        void Sooner(DateTimeOffset? moment) => next = moment > now && moment < next ? moment.Value : next;
    }

    private static bool Same<T>(IReadOnlyList<T> one, IReadOnlyList<T> other)
        where T : class
    {
        if (one.Count != other.Count)
        {
            return false;
        }

        for (var i = 0; i < one.Count; i++)
        {
            if (!ReferenceEquals(one[i], other[i]))
            {
                return false;
            }
        }

        return true;
    }
}
