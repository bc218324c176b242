using System.Reflection;
using Dashboard.Core.Jobs;
using Microsoft.Extensions.Logging;
using Mono.Cecil;
using NetArchTest.Rules;

namespace Dashboard.Core.Tests;

public sealed class ArchitectureTests
{
    private static readonly Assembly Core = typeof(Job).Assembly;

    [Fact]
    public void Core_knows_nothing_of_the_web() =>
        Assert.DoesNotContain(Core.GetReferencedAssemblies(), name => name.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));

    [Fact]
    public void Jobs_reads_no_other_room() => AssertNone(
        Types.InAssembly(Core).That().ResideInNamespace("Dashboard.Core.Jobs").ShouldNot()
            .HaveDependencyOnAny("Dashboard.Core.Runs", "Dashboard.Core.Verdicts", "Dashboard.Core.Database"));

    [Fact]
    public void Verdicts_do_not_know_how_their_facts_were_fetched() => AssertNone(
        Types.InAssembly(Core).That().ResideInNamespace("Dashboard.Core.Verdicts").ShouldNot().HaveDependencyOnAny("Npgsql", "Dapper"));

    /// <summary>Operators look for what happened by its number: one number, one event.</summary>
    [Fact]
    public void No_two_events_of_the_log_have_the_same_number() => Assert.Empty(
        from type in Core.GetTypes()
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        let told = method.GetCustomAttribute<LoggerMessageAttribute>()
        where told is not null
        group $"{type.Name}.{method.Name}" by told.EventId into same
        where same.Count() > 1
        select $"{same.Key}: {string.Join(", ", same)}");

    /// <summary>Each of the others is opened by hand for a reason: one starts the server it asks, two open what a run of an executor then keeps, one does an operator's single command.</summary>
    [Fact]
    public void Connections_are_opened_by_executors()
    {
        using var core = AssemblyDefinition.ReadAssembly(Core.Location);
        var openers =
            from type in core.MainModule.GetTypes()
            from method in type.Methods.Where(method => method.HasBody)
            from instruction in method.Body.Instructions
            where instruction.Operand is MethodReference called && Opens(called)
            select Outermost(type).FullName;

        Assert.Equal(
            [
                "Dashboard.Core.Database.Embedded.EmbeddedPostgres",
                "Dashboard.Core.Retries.Executor.NpgsqlResource",
                "Dashboard.Core.Sources.LogicalCapture",
                "Dashboard.Core.Sources.NotifyCapture",
                "Dashboard.Core.Sources.SourceInstaller",
            ],
            openers.Distinct().Order(StringComparer.Ordinal));
    }

    // A connection made without a pool, one taken from it, and the commands of a pool, which take one for themselves.
    private static bool Opens(MethodReference called) => (called.DeclaringType.FullName, called.Name) switch
    {
        ("Npgsql.NpgsqlConnection", ".ctor" or "Open" or "OpenAsync") => true,
        ("Npgsql.NpgsqlDataSource", "OpenConnection" or "OpenConnectionAsync" or "CreateConnection" or "CreateCommand" or "CreateBatch") => true,
        ("System.Data.Common.DbConnection" or "System.Data.IDbConnection", "Open" or "OpenAsync") => true,
        ("System.Data.Common.DbDataSource", "OpenConnection" or "OpenConnectionAsync" or "CreateConnection" or "CreateCommand" or "CreateBatch") => true,
        ("Npgsql.Replication.LogicalReplicationConnection" or "Npgsql.Replication.ReplicationConnection", ".ctor" or "Open") => true,
        _ => false,
    };

    private static TypeDefinition Outermost(TypeDefinition type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static void AssertNone(ConditionList rule)
    {
        var result = rule.GetResult();
        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }
}
