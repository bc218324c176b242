namespace Dashboard.Core.Access;

/// <summary>How often one actor may change something: <see cref="Burst"/> at once, and as many a minute. A stolen session or a script gone wild is slowed, whoever it is and from wherever it comes.</summary>
/// <param name="clock">By which it counts.</param>
/// <param name="burst">How many.</param>
public sealed class DeedPace(TimeProvider clock, int burst = DeedPace.Burst)
{
    /// <summary>How many at once, and a minute.</summary>
    public const int Burst = 30;

    private const int MostKnown = 10_000;
    private readonly TimeSpan each = TimeSpan.FromMinutes(1) / burst;
    private readonly Dictionary<string, DateTimeOffset> free = new(StringComparer.Ordinal);

    /// <summary>Whom it counts for: a session, or a key.</summary>
    public static string NameOf(Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return actor.Session?.ToString("N") ?? $"{actor.Via} {actor.Key} {actor.Name}";
    }

    /// <summary>Null when the actor may go on; otherwise how long to wait.</summary>
    public TimeSpan? Take(Actor actor)
    {
        var who = NameOf(actor);
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
            var after = full + each;
            if (after - now > each * burst)
            {
                return after - now - (each * burst);
            }

            free[who] = after;
            return null;
        }
    }
}
