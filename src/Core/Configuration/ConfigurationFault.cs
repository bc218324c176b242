namespace Dashboard.Core.Configuration;

/// <summary>Something in a configuration that is wrong. The rest is still used.</summary>
/// <param name="File">Where.</param>
/// <param name="Line">Its line, from 1; null when it is about the file as a whole.</param>
/// <param name="Found">What stands there.</param>
/// <param name="Expected">What was expected instead.</param>
public sealed record ConfigurationFault(string File, int? Line, string Found, string Expected)
{
    /// <summary>The place as compilers write it: <c>crontabber.ini:17</c>.</summary>
    public string Place => Line is { } line ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{File}:{line}") : File;

    /// <inheritdoc/>
    public override string ToString() => $"{Place}: {Found}. Expected: {Expected}.";
}
