using System.Text;
using System.Text.Json;

namespace Dashboard.Core.Actions.Plans;

/// <summary>PostgreSQL's text of an array of texts: <c>{a,"b c"}</c>.</summary>
internal static class ArrayText
{
    /// <summary>The same as JSON, for a one-dimensional array; the text itself, quoted, for anything else.</summary>
    public static string ToJson(string text)
    {
        var names = new List<string>();
        var name = new StringBuilder();
        var (quoted, any) = (false, false);
        if (text.Length < 2 || text[0] != '{' || text[^1] != '}')
        {
            return JsonSerializer.Serialize(text);
        }

        for (var place = 1; place < text.Length - 1; place++)
        {
            switch (text[place])
            {
                case '\\' when place + 1 < text.Length - 1:
                    name.Append(text[++place]);
                    break;
                case '"':
                    (quoted, any) = (!quoted, true);
                    break;
                case ',' when !quoted:
                    names.Add(name.ToString());
                    name.Clear();
                    any = true;
                    break;
                case '{' or '}' when !quoted:
                    return JsonSerializer.Serialize(text);
                default:
                    name.Append(text[place]);
                    any = true;
                    break;
            }
        }

        if (any)
        {
            names.Add(name.ToString());
        }

        return JsonSerializer.Serialize(names);
    }
}
