namespace Dashboard.Core.Jobs;

/// <summary>
/// Reads <c>last_error</c> in every shape its writers gave it: the JSON of crontabber, with NULs and lone surrogates no JSON library
/// takes, and the text of a Python dict that Socorro stores, <c>{'type': &lt;class 'x.Y'&gt;, 'value': 'it\'s "both"', …}</c>. One pass over
/// the text, no exceptions; what has another shape is kept whole as an unreadable error.
/// </summary>
public static class LastErrorReading
{
    /// <summary>The error a text describes; null for none: no text, <c>{}</c>, or <c>null</c>.</summary>
    /// <param name="text">What stands in the column.</param>
    /// <param name="cut">True when the end of the text is missing, which then is no fault of its writer.</param>
    public static JobError? Of(string? text, bool cut = false)
    {
        if (text is null || text.AsSpan().Trim() is "" or "{}" or "null" or "None")
        {
            return null;
        }

        var reader = new LiteralReader(text);
        if (Read(ref reader, cut) is { } error)
        {
            return error with { Cut = cut };
        }

        return new JobError(string.Empty, LiteralReader.Visible(text), string.Empty, Readable: false) { Cut = cut };
    }

    private static JobError? Read(ref LiteralReader reader, bool cut)
    {
        string? type = null, value = null, traceback = null;
        if (!reader.Take('{'))
        {
            return null;
        }

        while (!reader.Take('}'))
        {
            if (reader.AtEnd)
            {
                return cut ? Known(type, value, traceback) : null;
            }

            var key = reader.TakeString(out var whole);
            if (key is null || !(whole || cut) || !(reader.Take(':') || (reader.AtEnd && cut)))
            {
                return null;
            }

            var part = reader.TakeString(out whole) ?? reader.TakeBare(out whole);
            if (!whole && !cut)
            {
                return null;
            }

            switch (key)
            {
                case "type":
                    type = part;
                    break;
                case "value":
                    value = part;
                    break;
                case "traceback":
                    traceback = part;
                    break;
            }

            if (!reader.Take(',') && !reader.Sees('}') && !(reader.AtEnd && cut))
            {
                return null;
            }
        }

        return reader.AtEnd ? Known(type, value, traceback) : null;
    }

    private static JobError? Known(string? type, string? value, string? traceback) =>
        type is null && value is null && traceback is null
            ? null
            : new JobError(PythonClass.Name(type ?? string.Empty), value ?? string.Empty, traceback ?? string.Empty);
}
