namespace Dashboard.Core.Ingest.Logs;

/// <summary>Names of threads and resources as text, without making the same text for each line.</summary>
internal sealed class NameCache
{
    private const int Longest = 200;
    private readonly (byte[] Bytes, string Text)[] known = new (byte[], string)[16];
    private int next;

    public string Of(ReadOnlySpan<byte> name)
    {
        name = name[..Math.Min(name.Length, Longest)];
        foreach (var (bytes, text) in known)
        {
            if (bytes is not null && name.SequenceEqual(bytes))
            {
                return text;
            }
        }

        var made = name.IsEmpty ? "MainThread" : LogText.Of(name);
        known[next++ % known.Length] = (name.ToArray(), made);
        return made;
    }
}
