using Dashboard.Core.Configuration.Classes;
using Dashboard.Core.Configuration.Options;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores.Composites;
using Dashboard.Core.Stores.DualWrites;
using Dashboard.Core.Stores.Files;
using Dashboard.Core.Stores.HBase;
using Dashboard.Core.Stores.Http;
using Dashboard.Core.Stores.Postgres;
using Dashboard.Core.Stores.Rabbit;
using Dashboard.Core.Stores.S3;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Core.Stores;

/// <summary>The crash stores a configuration may name, by their own names and by those of Socorro, with what each can be told. The options have Socorro's names where it has them.</summary>
public static class StoreClasses
{
    /// <summary>The option that names the class of a store where one is made of others.</summary>
    private const string Class = "storage_class";

    private static readonly StoreContext Defaults = StoreContext.Silent;

    /// <summary>Adds all of them.</summary>
    public static ClassRegistry AddCrashStores(this ClassRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        return registry
            .AddStore<NullStore>("Keeps nothing.", [], (section, _) => new NullStore(section.Path), "socorro.external.crashstorage_base.NullCrashStorage")
            .AddStore<FileStore>("Keeps crashes in a file tree.", FileOptions(), Files, "socorro.external.fs.crashstorage.FSRadixTreeStorage")
            .Add(new LoadableClass("LegacyFileStore", typeof(ICrashStore), typeof(FileStore), FileOptions(FileLayout.Legacy), Files)
            {
                Doc = "Keeps crashes in a file tree, those of one folder side by side.",
                Aliases = ["socorro.external.fs.crashstorage.FSLegacyRadixTreeStorage", "socorro.external.fs.crashstorage.FSPermanentStorage"],
            })
            .AddStore<DatedFileStore>("Keeps crashes in a file tree that is a queue as well.", QueueOptions(), Queue, "socorro.external.fs.crashstorage.FSDatedRadixTreeStorage")
            .AddStore<S3Store>("Keeps crashes in a bucket of S3, Amazon's or Ceph's.", S3Options(), S3, "socorro.external.boto.crashstorage.BotoS3CrashStorage")
            .AddStore<PostgresStore>("Keeps raw and processed crashes in PostgreSQL.", PostgresOptions(), Postgres, "socorro.external.postgresql.crashstorage.PostgreSQLCrashStorage")
            .AddStore<RabbitStore>("Queues the ids of crashes in RabbitMQ.", RabbitOptions(), Rabbit, "socorro.external.rabbitmq.crashstorage.RabbitMQCrashStorage")
            .AddStore<HttpPostStore>("Sends crashes on to a collector.", HttpOptions(), Http, "socorro.external.http.crashstorage.HTTPPOSTCrashStorage")
            .AddStore<HBaseStore>(
                "Keeps crashes in HBase, through its REST gateway.", HBaseOptions(), HBase, "socorro.external.hb.crashstorage.HBaseCrashStorage", "socorro.external.happybase.crashstorage.HBaseCrashStorage")
            .AddStore<PolyStore>("Saves into several stores.", PolyOptions(), Poly, "socorro.external.crashstorage_base.PolyCrashStorage")
            .AddStore<FallbackStore>("Saves into a second store what the first one does not take.", Two("fallback"), Fallback, "socorro.external.crashstorage_base.FallbackCrashStorage")
            .AddStore<MigrationStore>("Keeps crashes from a day on in one store, older ones in another.", MigrationOptions(), Migration, "socorro.external.crashstorage_base.MigrationCrashStorage")
            .AddStore<PrimaryDeferredStore>(
                "Keeps crashes that are put off in a second store.", DeferredOptions(), Deferred, "socorro.external.crashstorage_base.PrimaryDeferredStorage",
                "socorro.external.crashstorage_base.PrimaryDeferredProcessedStorage")
            .AddStore<BenchmarkingStore>("Says how long each call of a store took.", BenchmarkingOptions(), Benchmarking, "socorro.external.crashstorage_base.BenchmarkingCrashStorage");
    }

    private static ClassRegistry AddStore<TStore>(
        this ClassRegistry registry, string doc, IReadOnlyList<OptionDefinition> options, Func<SectionValues, ClassMaker, ICrashStore> build, params string[] aliases)
        where TStore : ICrashStore =>
        registry.Add(new LoadableClass(typeof(TStore).Name, typeof(ICrashStore), typeof(TStore), options, build) { Doc = doc, Aliases = aliases });

    private static StoreContext Context(ClassMaker maker) => new(
        ExecutorIdentity.OfThisProcess("dashboard", "stores"),
        maker.Services.GetService<IRetryTelemetry>() ?? Defaults.Telemetry,
        maker.Services.GetService<TimeProvider>() ?? Defaults.Clock,
        maker.Services.GetService<ILoggerFactory>() ?? Defaults.Logs);

    private static ILogger Log(ClassMaker maker) => Context(maker).Logs.CreateLogger("Dashboard.Core.Stores");

    // How a store waits is said to each of them, as in the original.
    private static OptionDefinition[] Waiting(ExecutorOptions usual) =>
    [
        Option.Text("transaction_executor_class", "Which executor its calls run in.", usual.TransactionExecutorClass) with { Check = text => Fault(new ExecutorOptions { TransactionExecutorClass = text }) },
        Option.Text("backoff_delays", "Seconds between attempts, separated by commas.", usual.BackoffDelays) with { Check = text => Fault(new ExecutorOptions { BackoffDelays = text }) },
        Option.Number("wait_log_interval", "Seconds between signs of life while it waits.", usual.WaitLogInterval, least: 0.001, most: 3_600),
        Option.Number("attempt_deadline", "How long one attempt may take, in seconds; 0 for no bound.", usual.AttemptDeadlineSeconds, least: 0, most: 86_400),
    ];

    private static ExecutorOptions Waits(SectionValues section)
    {
        var waits = new ExecutorOptions
        {
            TransactionExecutorClass = section.TextOf("transaction_executor_class"),
            BackoffDelays = section.TextOf("backoff_delays"),
            WaitLogInterval = section.NumberOf("wait_log_interval"),
            AttemptDeadlineSeconds = section.NumberOf("attempt_deadline"),
        };
        return waits.Validate(new(waits)).FirstOrDefault() is { } fault ? throw new FormatException(fault.ErrorMessage) : waits;
    }

    // What is expected, without the words of the section executors have of their own.
    private static string? Fault(ExecutorOptions waits) => waits.Validate(new(waits)).FirstOrDefault()?.ErrorMessage is { } fault ? fault[(fault.LastIndexOf(';') + 1)..].Trim(' ', '.') : null;

    private static string? Fault(Action<string> parse, string text)
    {
        try
        {
            parse(text);
            return null;
        }
        catch (FormatException cause)
        {
            return cause.Message.TrimEnd('.');
        }
    }

    private static OptionDefinition Required(OptionDefinition option) => option with { IsRequired = true };

    private static OptionDefinition[] FileOptions(FileLayout layout = FileLayout.RadixTree) =>
    [
        Required(Option.Path("fs_root", "The folder of all.")),
        Option.Choice<FileLayout>("layout", "Where what lies.", layout),
        .. Waiting(StoreWaits.Once),
    ];

    private static OptionDefinition[] QueueOptions() =>
    [
        .. FileOptions(),
        Option.Number("queue_lease", "For how many seconds a crash that was handed out is nobody else's; one that was not answered for until then is handed out again.", DatedFileStore.UsualLease.TotalSeconds, least: 1, most: 86_400),
    ];

    private static FileTree Tree(SectionValues section) => new(section.TextOf("fs_root"), section.Choice<FileLayout>("layout"));

    private static FileStore Files(SectionValues section, ClassMaker maker) => new(section.Path, Tree(section), Context(maker), Waits(section));

    private static DatedFileStore Queue(SectionValues section, ClassMaker maker) =>
        new(section.Path, Tree(section), Context(maker), Waits(section), TimeSpan.FromSeconds(section.NumberOf("queue_lease")));

    private static OptionDefinition[] S3Options() =>
    [
        Option.Address("endpoint_url", "Where, as https://s3.us-east-1.amazonaws.com or a Ceph gateway.", "https://s3.us-east-1.amazonaws.com"),
        Required(Option.Text("bucket_name", "The bucket; it must be there.")),
        Option.Text("access_key", "Who asks; empty for whom the machine says."),
        Option.Secret("secret_access_key", "The secret of who asks."),
        Option.Text("region", "For which region requests are signed.", "us-east-1"),
        Option.Text("prefix", "Stands before every key."),
        Option.Choice<S3Layout>("layout", "Where what lies.", S3Layout.Today),
        Option.Truth("check_etag", "Whether what a save is answered with must be the MD5 of what was sent.", otherwise: true),
        .. Waiting(StoreWaits.Limited),
    ];

    private static S3Store S3(SectionValues section, ClassMaker maker) => new(
        section.Path,
        new S3Options
        {
            Endpoint = section.Address("endpoint_url")!,
            Bucket = section.TextOf("bucket_name"),
            AccessKey = section.Text("access_key"),
            SecretKey = section.Text("secret_access_key"),
            Region = section.TextOf("region"),
            Prefix = section.Text("prefix") ?? "",
            Layout = section.Choice<S3Layout>("layout"),
            CheckETag = section.Truth("check_etag"),
        },
        Context(maker),
        Waits(section),
        Waits(section));

    private static OptionDefinition[] PostgresOptions() =>
    [
        Option.Text("database_hostname", "The machine.", "localhost"),
        Option.Whole("database_port", "Its port.", 5_432, least: 1, most: 65_535),
        Option.Text("database_name", "The database.", "breakpad"),
        Option.Text("database_username", "Who asks.", "breakpad_rw"),
        Option.Secret("database_password", "The password of who asks."),
        .. Waiting(StoreWaits.Infinite),
    ];

    private static PostgresStore Postgres(SectionValues section, ClassMaker maker) => new(
        section.Path,
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder
        {
            Host = section.TextOf("database_hostname"),
            Port = section.WholeOf("database_port"),
            Database = section.TextOf("database_name"),
            Username = section.TextOf("database_username"),
            Password = section.Text("database_password"),
            ApplicationName = "crontabber-dashboard",
        }),
        Context(maker),
        Waits(section));

    private static OptionDefinition[] RabbitOptions() =>
    [
        Option.Text("host", "The machine.", "localhost"),
        Option.Whole("port", "Its port.", 5_672, least: 1, most: 65_535),
        Option.Text("virtual_host", "The virtual host.", "/"),
        Option.Text("rabbitmq_user", "Who asks.", "guest"),
        Option.Secret("rabbitmq_password", "The password of who asks."),
        Option.Text("standard_queue_name", "For crashes as they come in.", "socorro.normal"),
        Option.Text("priority_queue_name", "For crashes somebody waits for.", "socorro.priority"),
        Option.Text("reprocessing_queue_name", "For crashes that were processed before.", "socorro.reprocessing"),
        Option.Text("routing_key", "Into which of them saves go.", "socorro.normal"),
        Option.Whole("throttle", "How many of a hundred crashes are queued.", 100, least: 0, most: 100),
        .. Waiting(StoreWaits.Infinite),
    ];

    private static RabbitStore Rabbit(SectionValues section, ClassMaker maker) => new(
        section.Path,
        new RabbitOptions
        {
            Host = section.TextOf("host"),
            Port = section.WholeOf("port"),
            VirtualHost = section.TextOf("virtual_host"),
            User = section.TextOf("rabbitmq_user"),
            Password = section.Text("rabbitmq_password") ?? "",
            NormalQueue = section.TextOf("standard_queue_name"),
            PriorityQueue = section.TextOf("priority_queue_name"),
            ReprocessingQueue = section.TextOf("reprocessing_queue_name"),
            RoutingKey = section.TextOf("routing_key"),
            Throttle = section.WholeOf("throttle"),
        },
        Context(maker),
        Waits(section));

    private static OptionDefinition[] HttpOptions() => [Required(Option.Address("url", "The collector's address.")), .. Waiting(StoreWaits.Limited)];

    private static HttpPostStore Http(SectionValues section, ClassMaker maker) => new(section.Path, section.Address("url")!, Context(maker), Waits(section));

    private static OptionDefinition[] HBaseOptions() =>
    [
        Required(Option.Address("hbase_gateway", "The REST gateway.")),
        Option.Text("hbase_table", "The table; it must be there.", "crash_reports"),
        .. Waiting(StoreWaits.Infinite),
    ];

    private static HBaseStore HBase(SectionValues section, ClassMaker maker) =>
        new(section.Path, new HBaseOptions { Gateway = section.Address("hbase_gateway")!, Table = section.TextOf("hbase_table") }, Context(maker), Waits(section));

    private static OptionDefinition[] PolyOptions() => [Required(Option.Classes<ICrashStore>("storage_classes", "The stores, in order.", "storage{0}:crashstorage_class"))];

    private static PolyStore Poly(SectionValues section, ClassMaker maker) => new(section.Path, maker.MakeAll<ICrashStore>(section, "storage_classes"), maker.Services.GetService<IPartialSaves>());

    private static OptionDefinition[] Two(string second) =>
    [
        Required(Option.Class<ICrashStore>($"primary:{Class}", "The store that is asked first.")),
        Required(Option.Class<ICrashStore>($"{second}:{Class}", "The second store.")),
    ];

    private static FallbackStore Fallback(SectionValues section, ClassMaker maker) =>
        new(section.Path, maker.Make<ICrashStore>(section, $"primary:{Class}"), maker.Make<ICrashStore>(section, $"fallback:{Class}"), Log(maker), maker.Services.GetService<IPartialSaves>());

    private static OptionDefinition[] MigrationOptions() =>
    [
        .. Two("fallback"),
        Option.Text("date_threshold", "The first day of the primary store, as YYMMDD.", "150401") with { Check = text => Fault(each => MigrationStore.ParseThreshold(each), text) },
        Option.Truth("read_through", "Whether what the store of its day has not is looked for in the other.", otherwise: false),
    ];

    private static MigrationStore Migration(SectionValues section, ClassMaker maker)
    {
        var threshold = MigrationStore.ParseThreshold(section.TextOf("date_threshold"));
        return new(section.Path, maker.Make<ICrashStore>(section, $"primary:{Class}"), maker.Make<ICrashStore>(section, $"fallback:{Class}"), threshold, section.Truth("read_through"));
    }

    private static OptionDefinition[] DeferredOptions() =>
    [
        .. Two("deferred"),
        Option.Class<ICrashStore>($"processed:{Class}", "The store of all processed crashes; empty when they go the way of the others."),
        Option.Text("deferral_criteria", "Which crashes are put off: FIELD, not FIELD, FIELD == \"text\", FIELD != 1, always, never.", DeferralRule.Default.Text) with { Check = text => Fault(each => DeferralRule.Parse(each), text) },
    ];

    private static PrimaryDeferredStore Deferred(SectionValues section, ClassMaker maker)
    {
        var rule = DeferralRule.Parse(section.TextOf("deferral_criteria"));
        return new(
            section.Path, maker.Make<ICrashStore>(section, $"primary:{Class}"), maker.Make<ICrashStore>(section, $"deferred:{Class}"), rule,
            section.Class($"processed:{Class}") is { } processed ? maker.Make<ICrashStore>(processed) : null);
    }

    private static OptionDefinition[] BenchmarkingOptions() =>
    [
        Required(Option.Class<ICrashStore>("wrapped_crashstore", "The store.")),
        Option.Text("benchmark_tag", "Stands before each line.", "Benchmark"),
    ];

    private static BenchmarkingStore Benchmarking(SectionValues section, ClassMaker maker) =>
        new(section.Path, section.TextOf("benchmark_tag"), maker.Make<ICrashStore>(section, "wrapped_crashstore"), Context(maker).Clock, Log(maker));
}
