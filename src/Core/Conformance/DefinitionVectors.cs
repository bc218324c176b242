using System.Globalization;
using System.Text.Json;
using Dashboard.Core.Jobs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Conformance;

/// <summary>Cases of the functions that read what a configuration says: <c>convert_frequency</c>, <c>check_time</c>, the <c>jobs</c> option, <c>--configtest</c>.</summary>
internal static class DefinitionVectors
{
    public static string? Crontabber(VectorCase each) => each.Text("fn") switch
    {
        "convert_frequency" => Seconds(each, Frequency.OfCrontabber),
        "check_time" => CheckTime(each),
        "get_extra_as_options" => Entry(each),
        "line_splitter" => Lines(each),
        "_configtest_one" => ConfigTestOne(each),
        var other => $"no function of crontabber that we know: {other}",
    };

    public static string? Socorro(VectorCase each) => each.Text("fn") switch
    {
        "convert_frequency" => Seconds(each, Frequency.OfSocorro),
        "convert_time" => Time(each),
        "time_to_run" => Due(each),
        var other => $"no function of Socorro that we know: {other}",
    };

    private static string? Seconds(VectorCase each, Func<string, Answer<System.Numerics.BigInteger>> rule)
    {
        var differences = new Differences();
        var seconds = TextGiven(each, out var other) ? rule(each.Text("input")!) : new SchedulerError("TypeError", $"expected string or bytes-like object, got '{other}'");
        if (differences.CompareErrors(seconds.Error, each["error"]))
        {
            differences.Compare("the seconds", seconds.Value.ToString(CultureInfo.InvariantCulture), each["seconds"].GetRawText());
        }

        return differences.Said;
    }

    private static string? CheckTime(VectorCase each)
    {
        var differences = new Differences();
        var time = TextGiven(each, out var other) ? TimeOfDay.Check(each.Text("input")!) : new SchedulerError("AttributeError", $"'{other}' object has no attribute 'split'");
        differences.CompareErrors(time.Error, each["error"]);
        if (each.Has("ok"))
        {
            differences.Compare("whether it is fine", time.Error is null, each["ok"].GetBoolean());
        }

        return differences.Said;
    }

    private static string? Entry(VectorCase each)
    {
        var differences = new Differences();
        var entry = JobsOption.Read(each.Text("input")!);
        if (differences.CompareErrors(entry.Error, each["error"]))
        {
            differences.Compare("the class", entry.Value.ClassPath, each.Text("class"));
            differences.Compare("the frequency", entry.Value.Frequency, each.Text("frequency"));
            differences.Compare("the time", entry.Value.Time, each.Text("time"));
        }

        return differences.Said;
    }

    private static string? Lines(VectorCase each)
    {
        var differences = new Differences();
        differences.CompareErrors(null, each["error"]);
        differences.Compare("the entries", JobsOption.Split(each.Text("input")!), [.. each.List("result").Select(entry => entry.Json.GetString()!)]);
        return differences.Said;
    }

    private static string? ConfigTestOne(VectorCase each)
    {
        var fault = ConfigTest.Fault(new Schedule(each.Text("frequency")!, each.Text("time"), Backfills: false));
        var reported = fault is not null && ConfigTest.IsReported(fault);
        var differences = new Differences();
        differences.CompareErrors(reported ? null : fault, each["error"]);
        differences.Compare("the verdict", fault is null ? true : reported ? false : null, each.Has("ok") ? each["ok"].GetBoolean() : (bool?)null);
        if (each.Has("log"))
        {
            differences.Compare("the log", reported ? [$"critical: {ConfigTest.Remark}"] : [], [.. each.List("log").Select(line => $"{line.Json[0]}: {line.Json[1]}")]);
        }

        return differences.Said;
    }

    private static string? Time(VectorCase each)
    {
        var differences = new Differences();
        var time = TextGiven(each, out var other) ? TimeOfDay.OfSocorro(each.Text("input")!) : new SchedulerError("TypeError", $"expected string or bytes-like object, got '{other}'");
        if (differences.CompareErrors(time.Error, each["error"]))
        {
            differences.Compare("the time", [(int)time.Value.Hour, (int)time.Value.Minute], [.. each.List("result").Select(number => number.Json.GetInt32())]);
        }

        return differences.Said;
    }

    private static string? Due(VectorCase each)
    {
        var differences = new Differences();
        var schedule = new Schedule(Frequency.SocorroDefault, each.Text("time"), Backfills: false, Flavour.Socorro);
        var due = DueRule.Ask(schedule, new Job { Name = "job", NextRun = each.Moment("next_run") }, each.Now);
        if (due.Error is { } error)
        {
            differences.Compare("the exception", error.ToString(), each.Has("error") ? $"{each["error"].GetProperty("type")}: {each["error"].GetProperty("message")}" : null);
        }
        else
        {
            differences.Compare("whether it is time", due.Value.IsDue, each["result"].GetBoolean());
        }

        return differences.Said;
    }

    // Whether the input is a text, and what Python calls it otherwise.
    private static bool TextGiven(VectorCase each, out string type)
    {
        var input = each["input"];
        type = input.ValueKind switch
        {
            JsonValueKind.Null => "NoneType",
            JsonValueKind.True or JsonValueKind.False => "bool",
            JsonValueKind.Array => "list",
            JsonValueKind.Object => "dict",
            JsonValueKind.Number => input.GetRawText().AsSpan().ContainsAny(".eE") ? "float" : "int",
            _ => "str",
        };
        return input.ValueKind == JsonValueKind.String;
    }
}
