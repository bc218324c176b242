namespace Dashboard.Core.Access;

/// <summary>How often one actor may change something: <see cref="Burst"/> at once, and as many a minute. A stolen session or a script gone wild is slowed, whoever it is and from wherever it comes.</summary>
public sealed class DeedPace(TimeProvider clock)
{
    /// <summary>How many at once, and a minute.</summary>
    public const int Burst = 30;

    private const int MostKnown = 10_000;
    private static readonly TimeSpan Each = TimeSpan.FromMinutes(1) / Burst;
    private readonly Dictionary<string, DateTimeOffset> free = new(StringComparer.Ordinal);

    /// <summary>Null when the actor may go on; otherwise how long to wait.</summary>
    public TimeSpan? Take(Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var who = actor.Session?.ToString("N") ?? $"{actor.Via} {actor.Key} {actor.Name}";
        var now = clock.GetUtcNow();
        lock (free)
        {
            if (free.Count >= MostKnown)
            {
                foreach (var idle in free.Where(pair => pair.Value <= now).Select(pair => pair.Key).ToList())
                {
                    free.Remove(idle);
                }
            }

            // When the whole burst would be there again; each deed puts that off.
            var full = free.TryGetValue(who, out var known) && known > now ? known : now;
            var after = full + Each;
            if (after - now > Each * Burst)
            {
                return after - now - (Each * Burst);
            }

            free[who] = after;
            return null;
        }
    }
}
