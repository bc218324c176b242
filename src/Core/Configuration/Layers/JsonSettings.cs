using System.Text;
using System.Text.Json;

namespace Dashboard.Core.Configuration.Layers;

/// <summary>Reads settings in JSON and says of each on which line it stands. Comments and commas at the end are allowed, as in every appsettings.json.</summary>
internal static class JsonSettings
{
    private const long MostBytes = 8 << 20;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static Layer Read(string path, LayerKind kind)
    {
        var faults = new FaultList();
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > MostBytes)
            {
                faults.Add(path, null, $"{stream.Length:N0} bytes", $"at most {MostBytes >> 20} MB of configuration");
            }
            else
            {
                var content = new byte[stream.Length];
                stream.ReadExactly(content);
                _ = Strict.GetCharCount(content);
                return Parse(content, path, kind, faults);
            }
        }
        catch (DecoderFallbackException cause)
        {
            faults.Add(path, null, $"byte {cause.Index:N0} is no UTF-8", "a file in UTF-8");
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            faults.Add(path, null, $"{FaultList.Quote(path)} cannot be read: {FaultList.Why(cause, path)}", "a file this program may read");
        }

        return new Layer(kind, path, []) { Faults = faults.All };
    }

    public static Layer ReadText(string text, string name, LayerKind kind) => Parse(Encoding.UTF8.GetBytes(text), name, kind, new FaultList());

    private static Layer Parse(byte[] content, string name, LayerKind kind, FaultList faults)
    {
        var values = new List<LayerValue>();
        var bytes = content.AsSpan();
        if (bytes.StartsWith("\uFEFF"u8))
        {
            bytes = bytes[3..];
        }

        var walk = new Walk(name, kind, values, faults);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 64 });
        try
        {
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                walk.Object(ref reader, bytes, "");
                reader.Read();
            }
            else
            {
                faults.Add(name, 1, "no object", "{ at the beginning");
            }
        }
        catch (JsonException cause)
        {
            // Its message may quote the text around, which may hold a secret.
            faults.Add(name, (int)(cause.LineNumber ?? 0) + 1, "what is no JSON", $"JSON; it is none from character {(cause.BytePositionInLine ?? 0) + 1} of the line on");
        }

        return new Layer(kind, name, values) { Faults = faults.All };
    }

    private ref struct LineCounter(ReadOnlySpan<byte> all)
    {
        private readonly ReadOnlySpan<byte> all = all;
        private int counted;
        private int line = 1;

        public int At(long place)
        {
            line += all[counted..(int)place].Count((byte)'\n');
            counted = (int)place;
            return line;
        }
    }

    private sealed class Walk(string name, LayerKind kind, List<LayerValue> values, FaultList faults)
    {
        private readonly Dictionary<string, int> seen = new(OptionPath.Comparer);

        public void Object(ref Utf8JsonReader reader, ReadOnlySpan<byte> all, string prefix)
        {
            var lines = new LineCounter(all);
            Object(ref reader, ref lines, prefix);
        }

        private void Object(ref Utf8JsonReader reader, ref LineCounter lines, string prefix)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var path = OptionPath.Join(prefix, OptionPath.OfDotted(reader.GetString()!));
                reader.Read();
                Value(ref reader, ref lines, path);
            }
        }

        private void Value(ref Utf8JsonReader reader, ref LineCounter lines, string path)
        {
            if (values.Count >= ConfigReader.MostEntries)
            {
                throw new JsonException($"more than {ConfigReader.MostEntries} values", null, lines.At(reader.TokenStartIndex) - 1, 0);
            }

            var line = lines.At(reader.TokenStartIndex);
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    Object(ref reader, ref lines, path);
                    return;
                case JsonTokenType.StartArray:
                    Array(ref reader, ref lines, path, line);
                    return;
                case JsonTokenType.Null:
                    return;
                default:
                    Add(path, reader.TokenType == JsonTokenType.String ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan), line, items: null);
                    return;
            }
        }

        private void Array(ref Utf8JsonReader reader, ref LineCounter lines, string path, int line)
        {
            var texts = new List<string>();
            var index = 0;
            var plain = true;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    plain = false;
                    Value(ref reader, ref lines, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{path}:{index}"));
                }
                else if (reader.TokenType != JsonTokenType.Null)
                {
                    texts.Add(reader.TokenType == JsonTokenType.String ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan));
                }

                index++;
            }

            if (plain)
            {
                Add(path, string.Join(", ", texts), line, texts);
            }
        }

        private void Add(string path, string text, int line, IReadOnlyList<string>? items)
        {
            if (!seen.TryAdd(path, line))
            {
                faults.Add(name, line, $"{FaultList.Quote(path)} a second time", $"one value for it; that of line {seen[path]} is used");
                return;
            }

            values.Add(new LayerValue(path, text, new Origin(kind, name, line)) { Items = items });
        }
    }
}
