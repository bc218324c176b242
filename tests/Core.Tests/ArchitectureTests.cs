using System.Reflection;
using Dashboard.Core.Jobs;
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

    private static void AssertNone(ConditionList rule)
    {
        var result = rule.GetResult();
        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }
}
