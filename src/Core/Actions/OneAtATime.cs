namespace Dashboard.Core.Actions;

/// <summary>Lets each actor carry out one plan at a time in this process; who sends the same plan again joins the one under way.</summary>
internal sealed class OneAtATime
{
    private readonly Dictionary<string, (Guid Plan, int Calls)> underWay = new(StringComparer.Ordinal);

    /// <summary>True for the first call with that plan, false for one that joins it; null when another plan of theirs is under way.</summary>
    public bool? Begin(string actor, Guid plan)
    {
        lock (underWay)
        {
            if (!underWay.TryGetValue(actor, out var now))
            {
                underWay[actor] = (plan, 1);
                return true;
            }

            if (now.Plan != plan)
            {
                return null;
            }

            underWay[actor] = now with { Calls = now.Calls + 1 };
            return false;
        }
    }

    /// <summary>A call that began has ended.</summary>
    public void End(string actor)
    {
        lock (underWay)
        {
            var now = underWay[actor];
            if (now.Calls == 1)
            {
                underWay.Remove(actor);
            }
            else
            {
                underWay[actor] = now with { Calls = now.Calls - 1 };
            }
        }
    }
}
