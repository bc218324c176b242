namespace Dashboard.Core.Stores.Parity;

/// <summary>How many bad ones there may be at most, when so many of a random sample were bad.</summary>
public static class ConfidenceBound
{
    /// <summary>
    /// The rate that is not exceeded, at a confidence: with the true rate any higher, a sample as good as this one would be less likely than what is left of the confidence
    /// (Clopper and Pearson). No sample at all bounds nothing: 1.
    /// </summary>
    /// <param name="bad">How many were bad.</param>
    /// <param name="drawn">Of how many.</param>
    /// <param name="confidence">As 0.95.</param>
    public static double Upper(long bad, long drawn, double confidence)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bad);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bad, drawn);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(confidence, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(confidence, 1);
        if (bad == drawn)
        {
            return 1;
        }

        if (bad == 0)
        {
            return -double.ExpM1(Math.Log(1 - confidence) / drawn);
        }

        var (low, high) = (0d, 1d);
        for (var step = 0; step < 100; step++)
        {
            var rate = (low + high) / 2;
            (low, high) = AtMost(bad, drawn, rate) > 1 - confidence ? (rate, high) : (low, rate);
        }

        return high;
    }

    // The chance of at most so many bad ones, added up from the last term, which is the largest.
    private static double AtMost(long bad, long drawn, double rate)
    {
        var logTerm = drawn * Math.Log(1 - rate);
        var (log, sum) = (Math.Log(rate) - Math.Log(1 - rate), Math.Exp(logTerm));
        for (long count = 1; count <= bad; count++)
        {
            logTerm += log + Math.Log(drawn - count + 1) - Math.Log(count);
            sum += Math.Exp(logTerm);
        }

        return sum;
    }
}
