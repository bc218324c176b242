using System.Text.Json;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Conformance;

/// <summary>Cases of <c>check_dependencies</c> and of <c>reorder_dag</c>.</summary>
internal static class DependencyVectors
{
    public static string? Parents(VectorCase each)
    {
        var rows = each.List("rows").Select(row => RecordedRow.ToJob(row)).ToDictionary(row => row.Name, StringComparer.Ordinal);
        var differences = new Differences();
        var answer = each.Text("depends_on_attribute") switch
        {
            "NoneType" => new SchedulerError("TypeError", "'NoneType' object is not iterable"),
            "absent" => ParentRule.Ask([], rows.GetValueOrDefault, each.Now),
            _ => ParentRule.Ask(RecordedRow.Names(each), rows.GetValueOrDefault, each.Now),
        };
        if (differences.CompareErrors(answer.Error, each["error"]))
        {
            differences.Compare("whether it may run", answer.Value is null, each["ok"].GetBoolean());
            differences.Compare("the reason", answer.Value?.Reason, each.Text("reason"));
        }

        return differences.Said;
    }

    public static string? Order(VectorCase each)
    {
        var order = RunOrder.Of(each.List("jobs").Select(job => new JobNode(job.Text("app_name")!, RecordedRow.Names(job))));
        var differences = new Differences();
        if (differences.CompareErrors(order.Error, each["error"]))
        {
            differences.Compare("the order", order.Names, [.. each.List("order").Select(name => name.Json.GetString()!)]);
        }

        return differences.Said;
    }
}
