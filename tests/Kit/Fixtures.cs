namespace Dashboard.Kit;

/// <summary>What the real programs wrote, beside the tests that read it.</summary>
public static class Fixtures
{
    /// <summary>The folder of one kind: <c>vectors</c>, <c>config</c>, <c>commands</c>, <c>databases</c>.</summary>
    public static string Folder(string kind) => Path.Combine(AppContext.BaseDirectory, "Fixtures", kind);

    /// <summary>The text of one file.</summary>
    public static Task<string> TextAsync(string kind, string file, CancellationToken cancellationToken) =>
        File.ReadAllTextAsync(Path.Combine(Folder(kind), file), cancellationToken);
}
