using System.Collections.Concurrent;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores.Files;
using Dashboard.Core.Stores.HBase;
using Dashboard.Core.Stores.Rabbit;
using Dashboard.Core.Stores.S3;

namespace Dashboard.Core.Stores;

/// <summary>
/// A store in one line, for commands: <c>files:/srv/crashes</c>, <c>s3:http://ceph.example.org:7480/crashes</c>, <c>hbase:http://gateway.example.org:8080/crash_reports</c>,
/// <c>rabbitmq:amqp://guest@localhost:5672</c>, each with what is not as usual behind a question mark: <c>?layout=Legacy</c>, <c>?layout=Of2015&amp;prefix=socorro&amp;region=us-west-2</c>.
/// Who asks stands before the host (<c>s3:https://AKIA…@s3.amazonaws.com/crashes</c>); the secret never stands here.
/// </summary>
public static class StoreAddress
{
    /// <summary>What an address may look like, for people.</summary>
    public const string Forms = "files:/FOLDER, s3:http://[KEY@]HOST/BUCKET, hbase:http://HOST/TABLE or rabbitmq:amqp://USER@HOST[:PORT][/VIRTUAL-HOST]";

    // Asked again and again of the same few: to make a store for each answer would cost a client each time.
    private static readonly ConcurrentDictionary<string, string> Resources = new(StringComparer.Ordinal);

    /// <summary>Makes the store of an address; nothing is opened yet.</summary>
    /// <param name="address">The address; it becomes the store's name.</param>
    /// <param name="context">Who tells, where, and the clock.</param>
    /// <param name="secretOf">The secret of an access key; null when there is none.</param>
    /// <param name="waits">How it waits; null for each store's usual way.</param>
    /// <exception cref="FormatException">It is none; the message says why.</exception>
    public static ICrashStore Open(string address, StoreContext context, Func<string, string?> secretOf, ExecutorOptions? waits = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(secretOf);
        var (kind, rest) = address.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? (address[..colon], address[(colon + 1)..]) : ("", address);
        var (place, told) = rest.IndexOf('?', StringComparison.Ordinal) is >= 0 and var question ? (rest[..question], rest[(question + 1)..]) : (rest, "");
        return kind switch
        {
            "files" => Files(address, place, new Told(address, told, "layout"), context, waits),
            "s3" => S3(address, place, new Told(address, told, "layout", "prefix", "region"), context, secretOf, waits),
            "hbase" => HBase(address, place, new Told(address, told), context, waits),
            "rabbitmq" => Rabbit(address, place, new Told(address, told), context, secretOf, waits),
            _ => throw new FormatException($"'{address}' is no address of a store; one is {Forms}."),
        };
    }

    /// <summary>The <see cref="ICrashStore.Resource"/> of an address; itself when it is none.</summary>
    public static string ResourceOf(string address) => Resources.GetOrAdd(address, static address =>
    {
        try
        {
            // Nothing is opened by it, so no secret is needed.
            return Open(address, StoreContext.Silent, static _ => "none").Resource;
        }
        catch (FormatException)
        {
            return address;
        }
    });

    private static FileStore Files(string address, string place, Told told, StoreContext context, ExecutorOptions? waits) => Path.IsPathFullyQualified(place)
        ? new FileStore(address, new FileTree(place, told.Choice("layout", FileLayout.RadixTree)), context, waits)
        : throw new FormatException($"'{address}' names no folder from the root on, as files:/srv/crashes.");

    private static S3Store S3(string address, string place, Told told, StoreContext context, Func<string, string?> secretOf, ExecutorOptions? waits)
    {
        var (server, bucket) = Service(address, place, "a bucket");
        var (key, secret) = WhoAsks(server, secretOf);
        return new S3Store(
            address,
            new S3Options
            {
                Endpoint = new Uri($"{server.Scheme}://{server.Authority}"),
                Bucket = bucket,
                AccessKey = key,
                SecretKey = secret,
                Layout = told.Choice("layout", S3Layout.Today),
                Prefix = told["prefix"] ?? "",
                Region = told["region"] ?? "us-east-1",
            },
            context,
            waits,
            waits);
    }

    private static HBaseStore HBase(string address, string place, Told told, StoreContext context, ExecutorOptions? waits)
    {
        _ = told;
        var (server, table) = Service(address, place, "a table");
        return new HBaseStore(address, new HBaseOptions { Gateway = new Uri($"{server.Scheme}://{server.Authority}"), Table = table }, context, waits);
    }

    private static RabbitStore Rabbit(string address, string place, Told told, StoreContext context, Func<string, string?> secretOf, ExecutorOptions? waits)
    {
        _ = told;
        if (!Uri.TryCreate(place, UriKind.Absolute, out var server) || server.Scheme != "amqp" || server.Host.Length == 0 || WhoAsks(server, secretOf) is not ({ } user, { } password))
        {
            throw new FormatException($"'{address}' does not name a server and who asks; a store is {Forms}.");
        }

        var host = Uri.UnescapeDataString(server.AbsolutePath.TrimStart('/'));
        var options = new RabbitOptions { Host = server.Host, Port = server.Port > 0 ? server.Port : new RabbitOptions().Port, User = user, Password = password, VirtualHost = host.Length > 0 ? host : "/" };
        return new RabbitStore(address, options, context, waits);
    }

    private static (string? Key, string? Secret) WhoAsks(Uri server, Func<string, string?> secretOf)
    {
        if (server.UserInfo.Length == 0)
        {
            return default;
        }

        if (server.UserInfo.Contains(':', StringComparison.Ordinal))
        {
            throw new FormatException("A secret must not stand in an address, where everybody on the machine can read it.");
        }

        var key = Uri.UnescapeDataString(server.UserInfo);
        return (key, secretOf(key) ?? throw new FormatException($"There is no secret for {key}: set StoreSecrets__{key} in the environment."));
    }

    private static (Uri Server, string Name) Service(string address, string place, string what) =>
        Uri.TryCreate(place, UriKind.Absolute, out var server) && server.Scheme is "http" or "https" && server.AbsolutePath.Trim('/') is { Length: > 0 } name && !name.Contains('/', StringComparison.Ordinal)
            ? (server, Uri.UnescapeDataString(name))
            : throw new FormatException($"'{address}' does not name a server and {what}; a store is {Forms}.");

    /// <summary>What stands behind the question mark.</summary>
    private sealed class Told
    {
        private readonly Dictionary<string, string> values = [];

        public Told(string address, string text, params string[] known)
        {
            foreach (var part in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
            {
                var (name, value) = part.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals ? (part[..equals], part[(equals + 1)..]) : (part, "");
                if (!known.Contains(name))
                {
                    throw new FormatException($"'{address}' says '{name}'; {(known.Length == 0 ? "nothing can be said of such a store" : $"what can be said is {string.Join(", ", known)}")}.");
                }

                values[name] = Uri.UnescapeDataString(value);
            }
        }

        public string? this[string name] => values.GetValueOrDefault(name);

        public TEnum Choice<TEnum>(string name, TEnum otherwise)
            where TEnum : struct, Enum => this[name] is not { } text ? otherwise
            : Enum.GetNames<TEnum>().Contains(text, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<TEnum>(text, ignoreCase: true)
            : throw new FormatException($"'{text}' is no {name}; there are {string.Join(", ", Enum.GetNames<TEnum>())}.");
    }
}
