using System.Text;

namespace Dashboard.Core.Verdicts.Simulation;

/// <summary>Chance that is the same each time for the same seed, on every machine and version: SplitMix64, of which nothing has to be secret.</summary>
/// <param name="seed">The seed.</param>
public sealed class Chance(ulong seed)
{
    private readonly ulong seed = seed;
    private ulong state = seed;

    /// <summary>From 0 up to, but not, 1.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>From one bound up to, but not, the other.</summary>
    public double Between(double least, double most) => least + ((most - least) * Unit());

    /// <summary>A whole number from 0 up to, but not, a bound.</summary>
    public int Below(int bound) => (int)(Unit() * bound);

    /// <summary>One of several.</summary>
    public T Of<T>(IReadOnlyList<T> several)
    {
        ArgumentNullException.ThrowIfNull(several);
        return several[Below(several.Count)];
    }

    /// <summary>Yes, so many times of one.</summary>
    public bool Is(double share) => Unit() < share;

    /// <summary>Lognormal: as often above the median as below it.</summary>
    /// <param name="median">The median.</param>
    /// <param name="spread">The standard deviation of its logarithm.</param>
    public double Around(double median, double spread) =>
        median * Math.Exp(spread * Math.Sqrt(-2 * Math.Log(1 - Unit())) * Math.Cos(2 * Math.PI * Unit()));

    /// <summary>Exponential: how long until something that comes once in so long comes again.</summary>
    public double Wait(double mean) => -mean * Math.Log(1 - Unit());

    /// <summary>Another chance of the same seed for a subject of its own, so that one more of one thing moves no other.</summary>
    public Chance For(string subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var mixed = seed ^ 0xCBF29CE484222325;
        foreach (var one in Encoding.UTF8.GetBytes(subject))
        {
            mixed = (mixed ^ one) * 0x100000001B3;
        }

        return new Chance(new Chance(mixed).Next());
    }

    private ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
