using Dashboard.Core.Retries.Executor;

namespace Dashboard.Core.Stores.Files;

/// <summary>A file tree as a resource of an executor.</summary>
public sealed class FileResource(FileTree tree) : StatelessResource<FileTree>($"files {tree.Root}", "files", tree)
{
    /// <inheritdoc/>
    public override Trouble Classify(Exception failure, AttemptPhase phase, bool lost) => new(
        failure switch
        {
            // What somebody must mend: a path that is not there, or not ours.
            FileNotFoundException or DirectoryNotFoundException or PathTooLongException or StoreCorruptedException => TroubleKind.Fatal,

            // A full disk, a file server that is away.
            IOException => TroubleKind.Operational,
            _ => TroubleKind.Fatal,
        },
        null);
}
