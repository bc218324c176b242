using Dashboard.Core.Failures;

namespace Dashboard.Web.Failures;

/// <summary>What the groups are sorted by.</summary>
public enum FailureColumn
{
    /// <summary>Failing now first, then the latest.</summary>
    State,

    /// <summary>By exception class.</summary>
    Error,

    /// <summary>The last hour.</summary>
    Hour,

    /// <summary>The last 24 hours.</summary>
    Day,

    /// <summary>The last seven days.</summary>
    Week,

    /// <summary>When first seen.</summary>
    First,

    /// <summary>When last seen.</summary>
    Last,

    /// <summary>How many jobs.</summary>
    Jobs,
}

/// <summary>What of the groups is looked at: it lives in the URL, and defaults are left out there.</summary>
public sealed record FailuresView
{
    /// <summary>All of them.</summary>
    public static FailuresView Default { get; } = new();

    /// <summary>Text that class, message, place or a job's name contains.</summary>
    public string Text { get; init; } = "";

    /// <summary>True for those failing now, false for those that recovered; null for both.</summary>
    public bool? FailingNow { get; init; }

    /// <summary>Only these kinds; empty for all.</summary>
    public IReadOnlyList<FailureClass> Classes { get; init; } = [];

    /// <summary>Only groups that hit this job.</summary>
    public string? Job { get; init; }

    /// <summary>The order.</summary>
    public FailureColumn Sort { get; init; }

    /// <summary>The other way round.</summary>
    public bool Reversed { get; init; }

    /// <summary>The view a URL names; what cannot be understood counts as not said.</summary>
    public static FailuresView Parse(string? text, string? state, string? classes, string? job, string? sort)
    {
        var reversed = sort is ['-', ..];
        return new FailuresView
        {
            Text = text ?? "",
            FailingNow = state switch { "failing" => true, "recovered" => false, _ => null },
            Classes = [.. (classes ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(FailureWords.Parse).OfType<FailureClass>().Distinct().Order()],
            Job = string.IsNullOrEmpty(job) ? null : job,
            Sort = Enum.TryParse<FailureColumn>((reversed ? sort![1..] : sort) ?? "", ignoreCase: true, out var column) && Enum.IsDefined(column) ? column : FailureColumn.State,
            Reversed = reversed,
        };
    }

    /// <summary>The parameters of its URL.</summary>
    public IEnumerable<(string Name, string Value)> ToQuery()
    {
        foreach (var pair in ToFilter())
        {
            yield return pair;
        }

        if (Sort != FailureColumn.State || Reversed)
        {
            yield return ("sort", $"{(Reversed ? "-" : "")}{Sort.ToString().ToLowerInvariant()}");
        }
    }

    /// <summary>Those of them that filter, as the API takes them too.</summary>
    public IEnumerable<(string Name, string Value)> ToFilter()
    {
        if (Text.Length > 0)
        {
            yield return ("q", Text);
        }

        if (FailingNow is { } failing)
        {
            yield return ("state", failing ? "failing" : "recovered");
        }

        if (Classes.Count > 0)
        {
            yield return ("class", string.Join(',', Classes.Order().Select(kind => kind.Slug())));
        }

        if (Job is not null)
        {
            yield return ("job", Job);
        }
    }

    /// <summary>With one kind more, or less when it was already chosen.</summary>
    public FailuresView Toggled(FailureClass kind) => this with { Classes = Classes.Contains(kind) ? [.. Classes.Where(chosen => chosen != kind)] : [.. Classes.Append(kind).Order()] };

    /// <summary>The order after a click on a column.</summary>
    public FailuresView Clicked(FailureColumn column) => this with { Sort = column, Reversed = column == Sort && !Reversed };

    /// <summary>Whether a group is meant, its state aside.</summary>
    public bool Matches(FailureGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return (Classes.Count == 0 || Classes.Contains(group.Kind.Class))
            && (Job is null || group.Jobs.Any(hit => hit.Name == Job))
            && (Text.Length == 0 || Has(group.Print.Type) || Has(group.Print.Pattern) || Has(group.Print.Place) || Has(group.Kind.Code) || (group.Sample is { } sample && Has(sample.Error.Value)) || group.Jobs.Any(hit => Has(hit.Name)));
    }

    /// <summary>The groups meant, in the order chosen.</summary>
    public IReadOnlyList<FailureGroup> Apply(IEnumerable<FailureGroup> groups)
    {
        var meant = groups.Where(group => Matches(group) && (FailingNow is null || group.FailingNow == FailingNow));
        IEnumerable<FailureGroup> sorted = Sort switch
        {
            FailureColumn.Error => meant.OrderBy(group => group.Print.Type, StringComparer.Ordinal).ThenBy(group => group.Print.Pattern, StringComparer.Ordinal),
            FailureColumn.Hour => meant.OrderByDescending(group => group.LastHour),
            FailureColumn.Day => meant.OrderByDescending(group => group.LastDay),
            FailureColumn.Week => meant.OrderByDescending(group => group.LastWeek),
            FailureColumn.First => meant.OrderByDescending(group => group.FirstSeen),
            FailureColumn.Last => meant.OrderByDescending(group => group.LastSeen),
            FailureColumn.Jobs => meant.OrderByDescending(group => group.JobCount),
            _ => meant,
        };
        return Reversed ? [.. sorted.Reverse()] : [.. sorted];
    }

    private bool Has(string? text) => text?.Contains(Text, StringComparison.OrdinalIgnoreCase) == true;
}
