namespace Dashboard.Core.Stores.Rabbit;

/// <summary>How to reach RabbitMQ, and which queues. The names are those of the original.</summary>
public sealed record RabbitOptions
{
    /// <summary>The machine.</summary>
    public string Host { get; init; } = "localhost";

    /// <summary>Its port.</summary>
    public int Port { get; init; } = 5672;

    /// <summary>Who asks.</summary>
    public string User { get; init; } = "guest";

    /// <summary>The secret of who asks. Never shown.</summary>
    public string Password { get; init; } = "guest";

    /// <summary>The virtual host.</summary>
    public string VirtualHost { get; init; } = "/";

    /// <summary>For crashes as they come in.</summary>
    public string NormalQueue { get; init; } = "socorro.normal";

    /// <summary>For crashes somebody waits for.</summary>
    public string PriorityQueue { get; init; } = "socorro.priority";

    /// <summary>For crashes that were processed before.</summary>
    public string ReprocessingQueue { get; init; } = "socorro.reprocessing";

    /// <summary>Into which of them saves go.</summary>
    public string RoutingKey { get; init; } = "socorro.normal";

    /// <summary>How many of a hundred crashes are queued.</summary>
    public int Throttle { get; init; } = 100;

    /// <summary>How often both ends say that they are there.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(10);
}
