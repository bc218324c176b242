using System.Text.Json;

namespace Dashboard.Core.Conformance;

/// <summary>How one recorded case went.</summary>
/// <param name="Name">What tells it from the others.</param>
/// <param name="Difference">What our answer is and what the real program's was; null when they are the same.</param>
public sealed record CaseOutcome(string Name, string? Difference)
{
    /// <summary>Whether ours is the real program's answer.</summary>
    public bool Passed => Difference is null;
}

/// <summary>One recorded question to the real program, with its answer.</summary>
internal readonly record struct VectorCase(JsonElement Json)
{
    /// <summary>A field that must be there.</summary>
    public JsonElement this[string field] => Json.TryGetProperty(field, out var value) ? value : throw new FormatException($"the case has no '{field}'");

    /// <summary>Whether a field is there and not null.</summary>
    public bool Has(string field) => Json.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>A text; null when it is null or not there.</summary>
    public string? Text(string field) => Has(field) ? this[field].GetString() : null;

    /// <summary>A moment; null when it is null or not there.</summary>
    public DateTimeOffset? Moment(string field) => Has(field) ? this[field].GetDateTimeOffset() : null;

    /// <summary>The clock.</summary>
    public DateTimeOffset Now => this["now"].GetDateTimeOffset();

    /// <summary>A list; empty when it is null or not there.</summary>
    public IEnumerable<VectorCase> List(string field) => Has(field) ? this[field].EnumerateArray().Select(each => new VectorCase(each)) : [];
}
