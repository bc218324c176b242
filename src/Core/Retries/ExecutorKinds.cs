namespace Dashboard.Core.Retries;

/// <summary>The executors by the names of the field.</summary>
public static class ExecutorKinds
{
    /// <summary>The names, the plain one first.</summary>
    public static IReadOnlyList<string> Names { get; } = ["TransactionExecutor", "TransactionExecutorWithLimitedBackoff", "TransactionExecutorWithInfiniteBackoff"];

    /// <summary>The name of one.</summary>
    public static string NameOf(ExecutorKind kind) => Names[(int)kind];

    /// <summary>
    /// The executor of a name; null for any other. What stands before the last dot does not matter: <c>crontabber.transaction_executor.TransactionExecutor</c> and
    /// <c>socorro.database.transaction_executor.TransactionExecutor</c> are the same to us.
    /// </summary>
    public static ExecutorKind? Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var last = name.AsSpan().Trim();
        last = last[(last.LastIndexOf('.') + 1)..];
        for (var kind = 0; kind < Names.Count; kind++)
        {
            if (last.SequenceEqual(Names[kind]))
            {
                return (ExecutorKind)kind;
            }
        }

        return null;
    }
}
