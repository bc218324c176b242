using Dashboard.Core.Access;

namespace Dashboard.Web.Access;

/// <summary>Words for how somebody came in, and for what a key may.</summary>
internal static class AccessWords
{
    public static string Came(string via) => via switch
    {
        ActorVia.Link => "by a login link",
        ActorVia.OpenId => "by the provider",
        ActorVia.Proxy => "by the proxy",
        ActorVia.Key => "by a key",
        _ => via,
    };

    public static string May(string role) => role switch
    {
        "viewer" => "reads",
        "operator" => "reads and acts",
        "admin" => "reads, acts, says who may come in",
        "ingest" => "tells events, reads nothing",
        _ => role,
    };
}
