namespace Dashboard.Core.Actions.Audit;

/// <summary>What is wrong with the audit.</summary>
/// <param name="Sequence">The line at which it shows.</param>
/// <param name="Text">What, in one sentence.</param>
public sealed record AuditFault(long Sequence, string Text);

/// <summary>What a look through the whole audit found.</summary>
/// <param name="Lines">How many lines there are.</param>
/// <param name="Head">The last; null when there is none.</param>
/// <param name="Faults">What is wrong; empty when nothing is.</param>
public sealed record AuditReport(long Lines, AuditAnchor? Head, IReadOnlyList<AuditFault> Faults);

/// <summary>Checks the chain line by line: what was changed, taken out, put in or moved is named.</summary>
public sealed class AuditVerification
{
    private const int MostFaults = 100;
    private readonly List<AuditFault> faults = [];
    private readonly IReadOnlyList<AuditAnchor> anchors;
    private readonly HashSet<long> met = [];
    private long lines;
    private long last;
    private byte[] hash = AuditLine.Origin;

    /// <summary>Against places noted outside of the database, if there are any: without them nobody can tell that the end was cut off.</summary>
    public AuditVerification(params IReadOnlyList<AuditAnchor> anchors) => this.anchors = anchors;

    /// <summary>The next line, in order.</summary>
    public void Next(AuditLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        lines++;
        if (line.Sequence != last + 1)
        {
            Fault(line.Sequence, line.Sequence == last + 2 ? $"Line {last + 1} is missing." : $"Lines {last + 1} to {line.Sequence - 1} are missing.");
        }
        else if (!line.Previous.AsSpan().SequenceEqual(hash))
        {
            Fault(line.Sequence, $"Line {line.Sequence} does not follow from line {last}: one of them was put there later, or moved.");
        }

        if (!AuditLine.HashOf(line.Sequence, line.At, line.Entry, line.Previous).AsSpan().SequenceEqual(line.Hash))
        {
            Fault(line.Sequence, $"Line {line.Sequence} was changed: it says that {line.Entry.Who.Name} … \"{line.Entry.Summary}\".");
        }

        foreach (var anchor in anchors.Where(anchor => anchor.Sequence == line.Sequence))
        {
            met.Add(anchor.Sequence);
            if (!anchor.Hash.AsSpan().SequenceEqual(line.Hash))
            {
                Fault(line.Sequence, $"Line {line.Sequence} is not the one that was noted outside: the audit was written anew up to here.");
            }
        }

        (last, hash) = (line.Sequence, line.Hash);
    }

    /// <summary>What was found.</summary>
    public AuditReport End()
    {
        foreach (var anchor in anchors.Where(anchor => !met.Contains(anchor.Sequence)))
        {
            Fault(anchor.Sequence, anchor.Sequence > last ? $"The end was cut off: line {anchor.Sequence} was noted outside, the last one here is {last}." : $"Line {anchor.Sequence}, which was noted outside, is missing.");
        }

        return new AuditReport(lines, lines == 0 ? null : new AuditAnchor(last, hash), faults);
    }

    /// <summary>Looks through all of it.</summary>
    public static async Task<AuditReport> RunAsync(AuditQueries queries, IReadOnlyList<AuditAnchor> anchors, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queries);
        const int Page = 1_000;
        var check = new AuditVerification(anchors);
        for (var after = long.MinValue; ;)
        {
            var lines = await queries.OnwardAsync(after, Page, cancellationToken);
            foreach (var line in lines)
            {
                check.Next(line);
            }

            if (lines.Count < Page)
            {
                return check.End();
            }

            after = lines[^1].Sequence;
        }
    }

    private void Fault(long sequence, string text)
    {
        if (faults.Count < MostFaults)
        {
            faults.Add(new AuditFault(sequence, text));
        }
    }
}
