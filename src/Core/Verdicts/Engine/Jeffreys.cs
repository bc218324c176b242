namespace Dashboard.Core.Verdicts.Engine;

/// <summary>Within what bounds a share lies.</summary>
/// <param name="Least">One time of ten it is less.</param>
/// <param name="Most">One time of ten it is more.</param>
public sealed record ShareInterval(double Least, double Most);

/// <summary>
/// Jeffreys' interval of a share: so many of so many were seen. Quantiles of Beta(healed + ½, others + ½); at none and at all of them the outer bound is 0 or 1, as Brown, Cai and DasGupta
/// advise (Interval Estimation for a Binomial Proportion, 2001).
/// </summary>
public static class Jeffreys
{
    private const int Halvings = 50;

    /// <summary>The interval that holds the share four times of five.</summary>
    public static ShareInterval Interval80(int of, int all)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(all, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(of);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(of, all);
        return new ShareInterval(of == 0 ? 0 : Quantile(0.1, of + 0.5, all - of + 0.5), of == all ? 1 : Quantile(0.9, of + 0.5, all - of + 0.5));
    }

    // By halving: the distribution grows, and 2^-50 is finer than anybody reads.
    private static double Quantile(double share, double a, double b)
    {
        var (least, most) = (0.0, 1.0);
        for (var i = 0; i < Halvings; i++)
        {
            var middle = (least + most) / 2;
            (least, most) = Below(middle, a, b) < share ? (middle, most) : (least, middle);
        }

        return (least + most) / 2;
    }

    /// <summary>The share of Beta(a, b) that lies below x: the regularised incomplete beta function, by its continued fraction.</summary>
    internal static double Below(double x, double a, double b)
    {
        if (x is <= 0 or >= 1)
        {
            return x <= 0 ? 0 : 1;
        }

        var front = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + (a * Math.Log(x)) + (b * Math.Log(1 - x)));
        return x < (a + 1) / (a + b + 2) ? front * Fraction(x, a, b) / a : 1 - (front * Fraction(1 - x, b, a) / b);
    }

    // Lentz' way of reckoning a continued fraction from its front.
    private static double Fraction(double x, double a, double b)
    {
        const double tiny = 1e-300;
        var (c, d) = (1.0, NotNothing(1 - ((a + b) * x / (a + 1))));
        d = 1 / d;
        var whole = d;
        for (var m = 1; m <= 300; m++)
        {
            foreach (var term in new[] { m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m))), -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1)) })
            {
                d = 1 / NotNothing(1 + (term * d));
                c = NotNothing(1 + (term / c));
                whole *= d * c;
            }

            if (Math.Abs((d * c) - 1) < 1e-14)
            {
                break;
            }
        }

        return whole;

        static double NotNothing(double value) => Math.Abs(value) < tiny ? tiny : value;
    }

    // Stirling's series, after moving up to where it is good to fourteen digits.
    private static double LogGamma(double x)
    {
        var moved = 0.0;
        for (; x < 12; x++)
        {
            moved -= Math.Log(x);
        }

        var square = 1 / (x * x);
        return moved + ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + ((1 - (square * (1.0 / 30 - (square * (1.0 / 105 - (square / 140)))))) / (12 * x));
    }
}
