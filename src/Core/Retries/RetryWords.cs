using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Dashboard.Core.Failures;

namespace Dashboard.Core.Retries;

/// <summary>The words of the field for what executors tell: in JSON, in the database, in logs.</summary>
public static class RetryWords
{
    private static readonly FrozenDictionary<RetryOutcome, string> Outcomes = All<RetryOutcome>();
    private static readonly FrozenDictionary<string, RetryOutcome> OutcomesByWord = Turned(Outcomes);
    private static readonly FrozenDictionary<StreakState, string> States = All<StreakState>();
    private static readonly FrozenDictionary<string, StreakState> StatesByWord = Turned(States);
    private static readonly FrozenDictionary<FailureClass, string> Classes = All<FailureClass>();
    private static readonly FrozenDictionary<string, FailureClass> ClassesByWord = Turned(Classes);

    private static readonly FrozenDictionary<ExecutorKind, string> Executors = new Dictionary<ExecutorKind, string>
    {
        [ExecutorKind.Plain] = "TransactionExecutor",
        [ExecutorKind.Limited] = "TransactionExecutorWithLimitedBackoff",
        [ExecutorKind.Infinite] = "TransactionExecutorWithInfiniteBackoff",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, ExecutorKind> ExecutorsByWord = Turned(Executors);

    /// <summary>Of an outcome: <c>ok_after_retry</c>.</summary>
    public static string Of(RetryOutcome outcome) => Outcomes[outcome];

    /// <summary>Of a state: <c>gave_up</c>.</summary>
    public static string Of(StreakState state) => States[state];

    /// <summary>Of a class of failure: <c>network</c>.</summary>
    public static string Of(FailureClass kind) => Classes[kind];

    /// <summary>Of an executor: the name of its class.</summary>
    public static string Of(ExecutorKind executor) => Executors[executor];

    /// <summary>The outcome a word stands for.</summary>
    public static bool TryOutcome([NotNullWhen(true)] string? word, out RetryOutcome outcome)
    {
        outcome = default;
        return word is not null && OutcomesByWord.TryGetValue(word, out outcome);
    }

    /// <summary>The class of failure a word stands for.</summary>
    public static bool TryClass([NotNullWhen(true)] string? word, out FailureClass kind)
    {
        kind = default;
        return word is not null && ClassesByWord.TryGetValue(word, out kind);
    }

    /// <summary>The executor a word stands for: the name of its class, also with Python's module before it.</summary>
    public static bool TryExecutor([NotNullWhen(true)] string? word, out ExecutorKind executor)
    {
        executor = default;
        return word is not null && ExecutorsByWord.TryGetValue(word[(word.LastIndexOf('.') + 1)..], out executor);
    }

    internal static StreakState State(string word) => StatesByWord[word];

    private static FrozenDictionary<T, string> All<T>()
        where T : struct, Enum => Enum.GetValues<T>().ToFrozenDictionary(value => value, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));

    private static FrozenDictionary<string, T> Turned<T>(FrozenDictionary<T, string> words)
        where T : struct, Enum => words.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);
}
