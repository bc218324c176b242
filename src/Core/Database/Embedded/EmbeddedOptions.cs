namespace Dashboard.Core.Database.Embedded;

/// <summary>The PostgreSQL the dashboard starts for itself when it is given none: section <c>Database:Embedded</c>.</summary>
public sealed record EmbeddedOptions
{
    /// <summary>The folder with <c>initdb</c> and <c>postgres</c>; by default they are looked for.</summary>
    public string? Binaries { get; init; }

    /// <summary>Where everything it keeps is kept; by default <c>DASHBOARD_DATA</c>, then the user's state folder.</summary>
    public string? Data { get; init; }

    /// <summary>The port on 127.0.0.1 to take at the first start; 0 for any free one. Later starts take the same again.</summary>
    public int Port { get; init; }
}
