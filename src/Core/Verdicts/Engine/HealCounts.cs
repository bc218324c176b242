using System.Runtime.InteropServices;
using Dashboard.Core.Failures;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>What came of trying again so far: for each number of failures in a row, how many there were and how many the next try ended. Immutable.</summary>
public sealed class HealCounts
{
    /// <summary>From so many failures in a row on they count as the same, and no chance is foretold: the longer a trouble lasts the less the tries of others say of it.</summary>
    public const int Pooled = 12;

    // The weight, in failures, of what is known of all others in what is said of a job; and of its class in what is said of all that say the same.
    private const double Lean = 50;
    private const double LeanOfWords = 4;

    // As many as a count needs to be told.
    private const int Few = 3;

    private readonly Dictionary<(string Scope, FailureClass Class), Tally[]> byScope;
    private readonly Dictionary<(string Words, FailureClass Class), Tally[]> byWords;
    private readonly Dictionary<FailureClass, Tally[]> byClass;
    private readonly Dictionary<(string Scope, FailureClass Class, string? Words), double[]> chances = [];

    private HealCounts(Dictionary<(string Scope, FailureClass Class), Tally[]> byScope, Dictionary<(string Words, FailureClass Class), Tally[]> byWords, Dictionary<FailureClass, Tally[]> byClass, int lessons) =>
        (this.byScope, this.byWords, this.byClass, Lessons) = (byScope, byWords, byClass, lessons);

    /// <summary>Nothing seen yet.</summary>
    public static HealCounts None { get; } = new([], [], [], 0);

    /// <summary>How many tries it rests on.</summary>
    public int Lessons { get; }

    /// <summary>The chance that the next try after so many failures in a row succeeds. One more failure never makes it greater.</summary>
    /// <param name="scope">The job, or the resource.</param>
    /// <param name="kind">The class of the last failure.</param>
    /// <param name="words">What the failure says, as all of its kind say it; null where that is not known.</param>
    /// <param name="failures">How many in a row.</param>
    public double Hazard(string scope, FailureClass kind, string? words, int failures)
    {
        lock (chances)
        {
            if (!chances.TryGetValue((scope, kind, words), out var known))
            {
                chances[(scope, kind, words)] = known = Reckon(scope, kind, words);
            }

            return known[Place(failures)];
        }
    }

    /// <summary>How many failures like it had come so far, and how many of them the next try ended: of the job or resource if three or more, else of all that say the same, else of all of the class.</summary>
    public (int AtRisk, int Healed) Known(string scope, FailureClass kind, string? words, int failures)
    {
        if (!MayHeal(kind))
        {
            return (0, 0);
        }

        var place = Place(failures);
        var own = byScope.GetValueOrDefault((scope, kind))?[place] ?? default;
        var wide = byClass.GetValueOrDefault(kind)?[place] ?? default;
        var same = words is null ? default : byWords.GetValueOrDefault((words, kind))?[place] ?? default;
        return own.AtRisk >= Few ? (own.AtRisk, own.Healed) : same.AtRisk >= Few ? (same.AtRisk, same.Healed) : (wide.AtRisk, wide.Healed);
    }

    /// <summary>How many that said the same had failed so often in a row, and how many of them the next try ended, whoever they were.</summary>
    public (int AtRisk, int Healed) Same(string? words, FailureClass kind, int failures) =>
        words is not null && byWords.GetValueOrDefault((words, kind))?[Place(failures)] is { } known ? (known.AtRisk, known.Healed) : (0, 0);

    /// <summary>Whether another try may end a failure of a class at all; of the others no number is ever said.</summary>
    public static bool MayHeal(FailureClass kind) => kind is not (FailureClass.Auth or FailureClass.Configuration or FailureClass.Code or FailureClass.Data);

    /// <summary>What a class says of itself, as successes and failures seen.</summary>
    public static (double Healed, double Not) Prior(FailureClass kind) => kind switch
    {
        FailureClass.Network => (2, 2),
        FailureClass.Busy => (3, 1),
        FailureClass.Full => (1, 3),
        FailureClass.Auth or FailureClass.Configuration => (0.2, 3.8),
        FailureClass.Code or FailureClass.Data => (0.5, 3.5),
        FailureClass.Killed => (4, 1),
        _ => (1, 2),
    };

    /// <summary>These and others; the same object when there are no others.</summary>
    internal HealCounts With(IReadOnlyCollection<Lesson> others)
    {
        if (others.Count == 0)
        {
            return this;
        }

        // What is not touched is shared with the counts before.
        var (scopes, said, classes) = (new Dictionary<(string, FailureClass), Tally[]>(byScope), new Dictionary<(string, FailureClass), Tally[]>(byWords), new Dictionary<FailureClass, Tally[]>(byClass));
        foreach (var each in others.GroupBy(lesson => (lesson.Scope, lesson.Class)))
        {
            scopes[each.Key] = Counted(scopes.GetValueOrDefault(each.Key), each);
        }

        foreach (var each in others.Where(lesson => lesson.Words is not null).GroupBy(lesson => (lesson.Words!, lesson.Class)))
        {
            said[each.Key] = Counted(said.GetValueOrDefault(each.Key), each);
        }

        foreach (var each in others.GroupBy(lesson => lesson.Class))
        {
            classes[each.Key] = Counted(classes.GetValueOrDefault(each.Key), each);
        }

        return new HealCounts(scopes, said, classes, Lessons + others.Count);
    }

    private static Tally[] Counted(Tally[]? before, IEnumerable<Lesson> lessons)
    {
        var tallies = before is null ? new Tally[Pooled] : [.. before];
        foreach (var lesson in lessons)
        {
            var place = Place(lesson.Failures);
            tallies[place] = new Tally(tallies[place].AtRisk + 1, tallies[place].Healed + (lesson.Healed ? 1 : 0));
        }

        return tallies;
    }

    // What is known of a job leans on what is known of all that say the same, that on what is known of their class, and that on what the class says of itself, so that little evidence says little.
    private double[] Reckon(string scope, FailureClass kind, string? words)
    {
        // Where little was seen of so many failures the guess lies half-way between what was seen of one less and what the class says of itself: what lasts heals less and less.
        var (a, b) = Prior(kind);
        var guess = a / (a + b);
        var (own, same, wide) = (byScope.GetValueOrDefault((scope, kind)), words is null ? null : byWords.GetValueOrDefault((words, kind)), byClass.GetValueOrDefault(kind));
        var means = new double[Pooled];
        Span<double> weights = stackalloc double[Pooled];
        for (var place = 0; place < Pooled; place++)
        {
            var all = wide?[place] ?? default;
            (means[place], weights[place]) = ((all.Healed + (guess * (a + b))) / (all.AtRisk + a + b), all.AtRisk + a + b);
            guess = (means[place] + Math.Min(means[place], a / (a + b))) / 2;
        }

        NeverRising(means, weights);
        LeanOnWords(same, means, weights);
        LeanOn(own, Lean, means, weights);
        return means;
    }

    // What says the same is guessed to heal by as much better or worse than its class as it did after one failure less.
    private static void LeanOnWords(Tally[]? own, double[] means, Span<double> weights)
    {
        var better = 1.0;
        for (var place = 0; place < Pooled; place++)
        {
            var known = own?[place] ?? default;
            var guess = Chance(Odds(means[place]) * better);
            var mean = (known.Healed + (guess * LeanOfWords)) / (known.AtRisk + LeanOfWords);
            better = Odds(mean) / Odds(means[place]);
            (means[place], weights[place]) = (mean, known.AtRisk + LeanOfWords);
        }

        NeverRising(means, weights);

        static double Odds(double chance) => Math.Clamp(chance, 0.01, 0.99) / (1 - Math.Clamp(chance, 0.01, 0.99));
        static double Chance(double odds) => odds / (1 + odds);
    }

    private static void LeanOn(Tally[]? own, double lean, double[] means, Span<double> weights)
    {
        for (var place = 0; place < Pooled; place++)
        {
            var known = own?[place] ?? default;
            (means[place], weights[place]) = ((known.Healed + (means[place] * lean)) / (known.AtRisk + lean), known.AtRisk + lean);
        }

        NeverRising(means, weights);
    }

    // Neighbours that would rise become one: the nearest line that never rises. Without it one more failure could look like good news.
    private static void NeverRising(Span<double> means, ReadOnlySpan<double> weights)
    {
        Span<(double Mean, double Weight, int Places)> blocks = stackalloc (double, double, int)[Pooled];
        var count = 0;
        for (var i = 0; i < means.Length; i++)
        {
            var block = (Mean: means[i], Weight: weights[i], Places: 1);
            while (count > 0 && blocks[count - 1].Mean < block.Mean)
            {
                var last = blocks[--count];
                var weight = last.Weight + block.Weight;
                block = (((last.Mean * last.Weight) + (block.Mean * block.Weight)) / weight, weight, last.Places + block.Places);
            }

            blocks[count++] = block;
        }

        var place = 0;
        foreach (var block in blocks[..count])
        {
            means.Slice(place, block.Places).Fill(block.Mean);
            place += block.Places;
        }
    }

    private static int Place(int failures) => Math.Clamp(failures, 1, Pooled) - 1;

    /// <summary>One try that followed so many failures in a row.</summary>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Lesson(string Scope, FailureClass Class, string? Words, int Failures, bool Healed);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Tally(int AtRisk, int Healed);
}
