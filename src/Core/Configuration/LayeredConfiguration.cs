using Dashboard.Core.Configuration.Readings;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Configuration;

/// <summary>
/// What was read, as a source of .NET's configuration: the one place from which options are bound. <see cref="Accept"/> exchanges all of it at once and tells
/// whoever watches.
/// </summary>
public sealed class LayeredConfiguration : ConfigurationProvider, IConfigurationSource
{
    /// <summary>With a first reading.</summary>
    public LayeredConfiguration(ConfigurationReading first)
    {
        ArgumentNullException.ThrowIfNull(first);
        Data = Copy(first);
    }

    /// <inheritdoc/>
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>From now on these values count.</summary>
    public void Accept(ConfigurationReading next)
    {
        ArgumentNullException.ThrowIfNull(next);
        Data = Copy(next);
        OnReload();
    }

    private static Dictionary<string, string?> Copy(ConfigurationReading reading) => new(reading.Data, StringComparer.OrdinalIgnoreCase);
}
