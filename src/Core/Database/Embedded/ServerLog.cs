namespace Dashboard.Core.Database.Embedded;

/// <summary>What the server says, in a file of bounded size: when it is full it becomes <c>….1</c> and a new one begins.</summary>
internal sealed class ServerLog(string path) : IDisposable
{
    private const long Limit = 10 * 1024 * 1024;
    private readonly Lock gate = new();
    private StreamWriter? writer;
    private bool disposed;

    public void Write(string line)
    {
        lock (gate)
        {
            if (disposed)
            {
                return;
            }

            try
            {
                writer ??= Open();
                if (writer.BaseStream.Length > Limit)
                {
                    writer.Dispose();
                    File.Move(path, $"{path}.1", overwrite: true);
                    writer = Open();
                }

                writer.WriteLine(line);
                writer.Flush();
            }
            catch (IOException)
            {
                // A full disk must not take the reader of the server's words away: the server would block on its pipe.
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            writer?.Dispose();
        }
    }

    private StreamWriter Open() => new(new FileStream(
        path,
        new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }));
}
