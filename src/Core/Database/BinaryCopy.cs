using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Npgsql;

namespace Dashboard.Core.Database;

/// <summary>
/// Rows for a <c>COPY … FROM STDIN (FORMAT BINARY)</c>, put into a buffer and sent in large pieces. The driver's own importer is asked, and awaited, for each field of
/// each row; where rows have twenty fields and come by the hundred thousand that costs as much as keeping them.
/// </summary>
/// <remarks>
/// For each row: <see cref="Row"/>, its fields in the order of the columns, <see cref="SentAsync"/>. Without <see cref="CompleteAsync"/> nothing is kept.
/// The format is PostgreSQL's: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".
/// </remarks>
internal sealed class BinaryCopy : IAsyncDisposable
{
    private const int Piece = 64 * 1024;

    private readonly NpgsqlRawCopyStream stream;
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(2 * Piece);
    private int filled;
    private bool over;

    private BinaryCopy(NpgsqlRawCopyStream stream)
    {
        this.stream = stream;

        // The signature, no flags, no extension.
        "PGCOPY\n"u8.CopyTo(Next(7));
        ReadOnlySpan<byte> rest = [0xff, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];
        rest.CopyTo(Next(rest.Length));
    }

    /// <summary>Begins one.</summary>
    /// <param name="connection">Open, and of no other use until the copy is over.</param>
    /// <param name="sql">The COPY.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<BinaryCopy> BeginAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken) =>
        new(await connection.BeginRawBinaryCopyAsync(sql, cancellationToken));

    /// <summary>Begins a row of so many fields.</summary>
    public void Row(short fields) => BinaryPrimitives.WriteInt16BigEndian(Next(2), fields);

    /// <summary>A <c>uuid</c>.</summary>
    public void Uuid(Guid value) => value.TryWriteBytes(Field(16), bigEndian: true, out _);

    /// <summary>A <c>boolean</c>.</summary>
    public void Boolean(bool value) => Field(1)[0] = value ? (byte)1 : (byte)0;

    /// <summary>An <c>integer</c>.</summary>
    public void Integer(int value) => BinaryPrimitives.WriteInt32BigEndian(Field(4), value);

    /// <summary>A <c>double precision</c>, or NULL.</summary>
    public void Double(double? value)
    {
        if (value is { } number)
        {
            BinaryPrimitives.WriteDoubleBigEndian(Field(8), number);
        }
        else
        {
            Null();
        }
    }

    /// <summary>A <c>timestamptz</c>, to the microsecond, or NULL.</summary>
    public void Time(DateTimeOffset? value)
    {
        if (value is { } at)
        {
            BinaryPrimitives.WriteInt64BigEndian(Field(8), (at.UtcTicks - Epoch) / TimeSpan.TicksPerMicrosecond);
        }
        else
        {
            Null();
        }
    }

    /// <summary>A <c>text</c>, or NULL. Neither a NUL nor half a pair of surrogates may be in it.</summary>
    public void Text(string? value)
    {
        if (value is null)
        {
            Null();
            return;
        }

        var most = 4 + Encoding.UTF8.GetMaxByteCount(value.Length);
        var start = filled;
        var length = Encoding.UTF8.GetBytes(value, Next(most)[4..]);
        BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(start), length);
        filled = start + 4 + length;
    }

    /// <summary>Ends a row: what has come together is sent when it is worth it.</summary>
    public ValueTask SentAsync(CancellationToken cancellationToken) => filled < Piece ? default : FlushAsync(cancellationToken);

    /// <summary>Sends the rest and waits until the server has taken all of it.</summary>
    /// <exception cref="PostgresException">It refused; nothing is kept then.</exception>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        Row(-1);
        await FlushAsync(cancellationToken);
        over = true;
        await stream.DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        if (over)
        {
            return;
        }

        over = true;
        try
        {
            await stream.CancelAsync();
        }
        catch (Exception aside) when (aside is NpgsqlException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            // Whatever kept it from being completed is thrown already, and must not be hidden by this.
        }
    }

    private static long Epoch { get; } = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    private void Null() => BinaryPrimitives.WriteInt32BigEndian(Next(4), -1);

    private Span<byte> Field(int length)
    {
        var field = Next(4 + length);
        BinaryPrimitives.WriteInt32BigEndian(field, length);
        return field[4..];
    }

    private Span<byte> Next(int length)
    {
        if (buffer.Length - filled < length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * buffer.Length, filled + length));
            buffer.AsSpan(0, filled).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }

        filled += length;
        return buffer.AsSpan(filled - length, length);
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await stream.WriteAsync(buffer.AsMemory(0, filled), cancellationToken);
        filled = 0;
    }
}
