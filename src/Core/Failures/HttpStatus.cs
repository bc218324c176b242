namespace Dashboard.Core.Failures;

/// <summary>Finds the status of an HTTP answer in the message of an error.</summary>
internal static class HttpStatus
{
    private static readonly string[] Before = ["http error ", "http ", "http/1.1 ", "http/1.0 ", "http/2 ", "status code ", "status code: ", "status_code=", "statuscode: ", "status ", "status: ", "status=", "success: ", "returned ", "response code "];

    private static readonly Dictionary<int, string> Phrases = new()
    {
        [400] = "bad request", [401] = "unauthorized", [403] = "forbidden", [404] = "not found", [408] = "request timeout", [409] = "conflict", [410] = "gone", [429] = "too many requests",
        [500] = "internal server error", [501] = "not implemented", [502] = "bad gateway", [503] = "service unavailable", [504] = "gateway time",
    };

    private static readonly string[] Types = ["HTTP", "Http", "Transport", "S3ResponseError", "RequestException", "ResponseError", "ApiError", "APIError"];

    /// <summary>The status; null when the message tells none.</summary>
    /// <param name="type">The error's class: some are only raised for an answer.</param>
    /// <param name="message">Its message.</param>
    public static int? Of(string type, string message)
    {
        var ofHttp = Array.Exists(Types, part => type.Contains(part, StringComparison.Ordinal));
        for (var at = 0; at + 3 <= message.Length; at++)
        {
            if (!char.IsAsciiDigit(message[at]))
            {
                continue;
            }

            var end = at;
            while (end < message.Length && char.IsAsciiDigit(message[end]))
            {
                end++;
            }

            if (end - at == 3 && message[at] is >= '3' and <= '5'
                && (end == message.Length || !char.IsLetter(message[end])) && (at == 0 || !char.IsLetterOrDigit(message[at - 1]) && message[at - 1] is not ('.' or '/' or '-' or '_'))
                && int.Parse(message.AsSpan(at, 3), System.Globalization.CultureInfo.InvariantCulture) is var status
                && ((ofHttp && (at <= 1 || Phrased(message, end, status) || Announced(message, at) || message[at - 1] == '(')) || Announced(message, at) || Phrased(message, end, status)))
            {
                return status;
            }

            at = end;
        }

        return null;
    }

    private static bool Announced(string message, int at) =>
        Array.Exists(Before, words => at >= words.Length && string.Compare(message, at - words.Length, words, 0, words.Length, StringComparison.OrdinalIgnoreCase) == 0);

    private static bool Phrased(string message, int end, int status)
    {
        while (end < message.Length && message[end] is ' ' or '(' or ':' or ')' or '-')
        {
            end++;
        }

        return Phrases.TryGetValue(status, out var phrase) && string.Compare(message, end, phrase, 0, phrase.Length, StringComparison.OrdinalIgnoreCase) == 0;
    }
}
