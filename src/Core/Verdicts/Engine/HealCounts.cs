using System.Runtime.InteropServices;
using Dashboard.Core.Failures;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>What came of trying again so far: for each number of failures in a row, how many there were and how many the next try ended. Immutable.</summary>
public sealed class HealCounts
{
    /// <summary>From so many failures in a row on they count as the same, and no chance is foretold: the longer a trouble lasts the less the tries of others say of it.</summary>
    public const int Pooled = 12;

    // The weight of what is known of the wider kind, in failures.
    private const double Lean = 50;

    private readonly Dictionary<(string Scope, FailureClass Class), Tally[]> byScope;
    private readonly Dictionary<FailureClass, Tally[]> byClass;
    private readonly Dictionary<(string Scope, FailureClass Class), double[]> chances = [];

    private HealCounts(Dictionary<(string Scope, FailureClass Class), Tally[]> byScope, Dictionary<FailureClass, Tally[]> byClass, int lessons) => (this.byScope, this.byClass, Lessons) = (byScope, byClass, lessons);

    /// <summary>Nothing seen yet.</summary>
    public static HealCounts None { get; } = new([], [], 0);

    /// <summary>How many tries it rests on.</summary>
    public int Lessons { get; }

    /// <summary>The chance that the next try after so many failures in a row succeeds. One more failure never makes it greater.</summary>
    /// <param name="scope">The job, or the resource.</param>
    /// <param name="kind">The class of the last failure.</param>
    /// <param name="failures">How many in a row.</param>
    public double Hazard(string scope, FailureClass kind, int failures)
    {
        lock (chances)
        {
            if (!chances.TryGetValue((scope, kind), out var known))
            {
                chances[(scope, kind)] = known = Reckon(scope, kind);
            }

            return known[Place(failures)];
        }
    }

    /// <summary>How many failures like it had come so far, and how many of them the next try ended: of the job or resource if three or more, else of all.</summary>
    public (int AtRisk, int Healed) Known(string scope, FailureClass kind, int failures)
    {
        if (!MayHeal(kind))
        {
            return (0, 0);
        }

        var place = Place(failures);
        var own = byScope.GetValueOrDefault((scope, kind))?[place] ?? default;
        var wide = byClass.GetValueOrDefault(kind)?[place] ?? default;
        return own.AtRisk >= 3 ? (own.AtRisk, own.Healed) : (wide.AtRisk, wide.Healed);
    }

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
        var (scopes, classes) = (new Dictionary<(string, FailureClass), Tally[]>(byScope), new Dictionary<FailureClass, Tally[]>(byClass));
        foreach (var each in others.GroupBy(lesson => (lesson.Scope, lesson.Class)))
        {
            scopes[each.Key] = Counted(scopes.GetValueOrDefault(each.Key), each);
        }

        foreach (var each in others.GroupBy(lesson => lesson.Class))
        {
            classes[each.Key] = Counted(classes.GetValueOrDefault(each.Key), each);
        }

        return new HealCounts(scopes, classes, Lessons + others.Count);
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

    // What is known of a job leans on what is known of its class of failure, and that on what the class itself says, so that little evidence says little.
    private double[] Reckon(string scope, FailureClass kind)
    {
        // Where little was seen of so many failures, what was seen of one less is the best guess.
        var (a, b) = Prior(kind);
        var guess = a / (a + b);
        var (own, wide) = (byScope.GetValueOrDefault((scope, kind)), byClass.GetValueOrDefault(kind));
        var means = new double[Pooled];
        Span<double> weights = stackalloc double[Pooled];
        for (var place = 0; place < Pooled; place++)
        {
            var all = wide?[place] ?? default;
            (means[place], weights[place]) = ((all.Healed + (guess * (a + b))) / (all.AtRisk + a + b), all.AtRisk + a + b);
            guess = Math.Min(guess, means[place]);
        }

        NeverRising(means, weights);
        for (var place = 0; place < Pooled; place++)
        {
            var known = own?[place] ?? default;
            (means[place], weights[place]) = ((known.Healed + (means[place] * Lean)) / (known.AtRisk + Lean), known.AtRisk + Lean);
        }

        NeverRising(means, weights);
        return means;
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
    internal readonly record struct Lesson(string Scope, FailureClass Class, int Failures, bool Healed);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Tally(int AtRisk, int Healed);
}
