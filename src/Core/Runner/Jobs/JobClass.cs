using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dashboard.Core.Runner.Jobs;

/// <summary>
/// A class that is a job: it has <see cref="CronJobAttribute"/> and one method <c>public Task RunAsync(…)</c>, which may take, each once and in any order, a
/// <see cref="JobRun"/>, its slot as a <see cref="DateTimeOffset"/>, a <see cref="CancellationToken"/>, and what its attributes give.
/// </summary>
public sealed class JobClass
{
    private readonly MethodInfo method;
    private readonly Func<Call, object?>[] arguments;

    private JobClass(Type type, CronJobAttribute named, MethodInfo method, Func<Call, object?>[] arguments, string[] reasons)
    {
        (Type, this.method, this.arguments, Faults) = (type, method, arguments, reasons);
        (Name, DependsOn) = (named.Name, named.DependsOn);
        Backfills = type.IsDefined(typeof(BackfillJobAttribute), inherit: false);
        Postgres = PostgresOf(type);
    }

    private enum PostgresUse
    {
        None,
        Transaction,
        Connection,
        Transactions,
    }

    /// <summary>The class.</summary>
    public Type Type { get; }

    /// <summary><c>app_name</c>.</summary>
    public string Name { get; }

    /// <summary>Its parents, in order.</summary>
    public IReadOnlyList<string> DependsOn { get; }

    /// <summary>Whether it makes up for missed slots.</summary>
    public bool Backfills { get; }

    /// <summary>What keeps it from running, in the words of a fault: what was found, and what was expected. Empty when nothing does.</summary>
    public IReadOnlyList<string> Faults { get; }

    private PostgresUse Postgres { get; }

    /// <summary>Looks at a class.</summary>
    /// <exception cref="ArgumentException">It has no <see cref="CronJobAttribute"/>.</exception>
    public static JobClass Of(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        var named = type.GetCustomAttribute<CronJobAttribute>(inherit: false) ?? throw new ArgumentException($"{type.FullName} has no [CronJob(\"app-name\")].", nameof(type));
        List<string> faults = [];
        if (string.IsNullOrWhiteSpace(named.Name))
        {
            faults.Add("[CronJob] without a name; expected [CronJob(\"app-name\")]");
        }

        if (type.IsAbstract || type.ContainsGenericParameters)
        {
            faults.Add("an abstract, static or generic class; expected one that can be made");
        }

        var uses = new[] { typeof(SinglePostgresTransactionAttribute), typeof(PostgresConnectionAsArgumentAttribute), typeof(PostgresTransactionsAttribute) }.Where(each => type.IsDefined(each, inherit: false)).ToArray();
        if (uses.Length > 1)
        {
            faults.Add($"{string.Join(" and ", uses.Select(Attribute))}; expected one of them");
        }

        var methods = type.GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(each => each.Name == "RunAsync").ToArray();
        if (methods is not [{ IsGenericMethodDefinition: false } method] || method.ReturnType != typeof(Task))
        {
            faults.Add($"{(methods.Length == 0 ? "no method RunAsync" : methods.Length > 1 ? $"{methods.Length} methods RunAsync" : "a RunAsync that is generic or gives something else than Task")}; expected one: public Task RunAsync(…)");
            return new JobClass(type, named, null!, [], [.. faults]);
        }

        var parameters = method.GetParameters();
        var arguments = parameters.Select(parameter => Argument(type, parameter, faults)).ToArray();
        foreach (var twice in parameters.GroupBy(parameter => Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType).Where(group => group.Count() > 1))
        {
            faults.Add($"RunAsync takes {twice.Key.Name} {twice.Count()} times; expected each once");
        }

        return new JobClass(type, named, method, arguments, [.. faults]);
    }

    /// <summary>What services its constructor asks for that there are not; empty when it can be made.</summary>
    internal IEnumerable<string> Missing(IServiceProvider services)
    {
        if (Postgres != PostgresUse.None && !Knows(services, typeof(IJobDatabase)))
        {
            yield return $"database of jobs ({nameof(IJobDatabase)})";
        }

        // The one with the fewest wants is enough.
        var wants = Type.GetConstructors().Select(each => each.GetParameters().Where(parameter => !parameter.HasDefaultValue && parameter.ParameterType != typeof(JobOptions) && !Knows(services, parameter.ParameterType)).ToArray())
            .OrderBy(each => each.Length).FirstOrDefault();
        if (wants is null)
        {
            yield return "public constructor";
        }

        foreach (var want in wants ?? [])
        {
            yield return $"{want.ParameterType.Name} {want.Name} of its constructor";
        }
    }

    internal IJobBody Body(IServiceProvider services, JobOptions options) => new Runs(this, services, options);

    private static bool Knows(IServiceProvider services, Type type) => services.GetService<IServiceProviderIsService>()?.IsService(type) ?? services.GetService(type) is not null;

    private static PostgresUse PostgresOf(Type type) =>
        type.IsDefined(typeof(SinglePostgresTransactionAttribute), inherit: false) ? PostgresUse.Transaction
        : type.IsDefined(typeof(PostgresConnectionAsArgumentAttribute), inherit: false) ? PostgresUse.Connection
        : type.IsDefined(typeof(PostgresTransactionsAttribute), inherit: false) ? PostgresUse.Transactions
        : PostgresUse.None;

    private static string Attribute(Type type) => $"[{type.Name[..^"Attribute".Length]}]";

    private static Func<Call, object?> Argument(Type type, ParameterInfo parameter, List<string> faults)
    {
        var kind = parameter.ParameterType;
        var use = PostgresOf(type);
        if (kind == typeof(JobRun))
        {
            return call => call.Run;
        }

        if (kind == typeof(CancellationToken))
        {
            return call => call.Cancelled;
        }

        if (kind == typeof(DateTimeOffset?))
        {
            return call => call.Run.Slot;
        }

        if (kind == typeof(DateTimeOffset))
        {
            Require(type.IsDefined(typeof(BackfillJobAttribute), inherit: false), "[BackfillJob]");
            return call => JobSlot.Of(call.Run);
        }

        if (kind == typeof(NpgsqlConnection))
        {
            Require(use is PostgresUse.Transaction or PostgresUse.Connection, "[SinglePostgresTransaction] or [PostgresConnectionAsArgument]");
            return call => call.Connection;
        }

        if (kind == typeof(NpgsqlTransaction))
        {
            Require(use == PostgresUse.Transaction, "[SinglePostgresTransaction]");
            return call => call.Transaction;
        }

        if (kind == typeof(JobTransactions))
        {
            Require(use == PostgresUse.Transactions, "[PostgresTransactions]");
            return call => new JobTransactions(call.Services.GetRequiredService<IJobDatabase>(), call.Run);
        }

        if (kind == typeof(JobSubprocess))
        {
            Require(type.IsDefined(typeof(SubprocessAttribute), inherit: false), "[Subprocess]");
            return call => new JobSubprocess(call.Services.GetRequiredService<SubprocessRunner>(), call.Run);
        }

        faults.Add($"RunAsync takes {kind.Name} {parameter.Name}; expected NpgsqlConnection, NpgsqlTransaction, JobTransactions, JobSubprocess, JobRun, DateTimeOffset or CancellationToken: anything else belongs into the constructor");
        return _ => null;

        void Require(bool there, string attribute)
        {
            if (!there)
            {
                faults.Add($"RunAsync takes {kind.Name} {parameter.Name}; expected {attribute} on the class");
            }
        }
    }

    private sealed record Call(JobRun Run, IServiceProvider Services, CancellationToken Cancelled)
    {
        public NpgsqlConnection? Connection { get; init; }

        public NpgsqlTransaction? Transaction { get; init; }
    }

    // Each run, and each attempt of it, has an object of its own, as in crontabber each run has a process of its own.
    private sealed class Runs(JobClass job, IServiceProvider services, JobOptions options) : IJobBody
    {
        public async Task RunAsync(JobRun run, CancellationToken cancellationToken)
        {
            ArgumentNullException.ThrowIfNull(run);
            await using var scope = services.CreateAsyncScope();
            var call = new Call(run, scope.ServiceProvider, cancellationToken);
            switch (job.Postgres)
            {
                case PostgresUse.Transaction:
                    await Database(call).InTransactionAsync(run, (connection, transaction, token) => RunAsync(call with { Connection = connection, Transaction = transaction, Cancelled = token }), cancellationToken);
                    break;
                case PostgresUse.Connection:
                    await Database(call).WithConnectionAsync(run, (connection, token) => RunAsync(call with { Connection = connection, Cancelled = token }), cancellationToken);
                    break;
                default:
                    await RunAsync(call);
                    break;
            }
        }

        private static IJobDatabase Database(Call call) => call.Services.GetRequiredService<IJobDatabase>();

        private async Task RunAsync(Call call)
        {
            var takesOptions = job.Type.GetConstructors().Any(each => each.GetParameters().Any(parameter => parameter.ParameterType == typeof(JobOptions)));
            var body = ActivatorUtilities.CreateInstance(call.Services, job.Type, takesOptions ? [options] : []);
            try
            {
                var task = (Task?)job.method.Invoke(body, BindingFlags.DoNotWrapExceptions, binder: null, [.. job.arguments.Select(argument => argument(call))], culture: null);
                await (task ?? throw new InvalidOperationException($"{job.Type.FullName}.RunAsync gave null instead of a Task."));
            }
            finally
            {
                switch (body)
                {
                    case IAsyncDisposable disposable:
                        await disposable.DisposeAsync();
                        break;
                    case IDisposable disposable:
                        disposable.Dispose();
                        break;
                }
            }
        }
    }
}
