using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dashboard.Core.Actions;

/// <summary>How plans and images are kept: closed records, enumerations by name.</summary>
internal static class ActionJson
{
    private static readonly JsonSerializerOptions Options = new() { MaxDepth = 16, Converters = { new JsonStringEnumConverter() }, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    // A cell that is NULL is kept, or it could not be put back.
    private static readonly JsonSerializerOptions Whole = new() { MaxDepth = 16, Converters = { new JsonStringEnumConverter() } };

    public static string Of(ActionPlan plan) => JsonSerializer.Serialize(plan, Whole);

    public static ActionPlan Plan(string json) => JsonSerializer.Deserialize<ActionPlan>(json, Whole) ?? throw new JsonException("A plan is never null.");

    public static string Of(IReadOnlyDictionary<string, string?> cells) => JsonSerializer.Serialize(cells, Whole);

    public static IReadOnlyDictionary<string, string?> Cells(string json) => JsonSerializer.Deserialize<Dictionary<string, string?>>(json, Whole) ?? [];

    public static string Of(IReadOnlyList<CellChange> changes) => JsonSerializer.Serialize(changes, Options);

    public static IReadOnlyList<CellChange> Changes(string? json) => json is null ? [] : JsonSerializer.Deserialize<List<CellChange>>(json, Options) ?? [];
}
