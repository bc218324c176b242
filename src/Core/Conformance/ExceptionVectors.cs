using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;

namespace Dashboard.Core.Conformance;

/// <summary>Cases of what Python makes of an exception: <c>exc_type</c> and <c>exc_value</c> of the log, <c>last_error.value</c> of the row.</summary>
internal static class ExceptionVectors
{
    public static string? Reprs(VectorCase each)
    {
        var (type, value, recorded) = (PythonClass.Name(each.Text("exc_type")!), each.Text("exc_value")!, each.Text("last_error_value")!);
        var differences = new Differences();
        differences.Compare("whether the class is known", type.AsSpan().ContainsAny('<', '>', '\'') ? "no" : "yes", "yes");
        var ours = PythonStr.Of(type, value);
        if (ours is not null && PythonStr.MayGoOn(type) && recorded.StartsWith(ours + ": ", StringComparison.Ordinal) && IsQuoted(recorded[(ours.Length + 2)..]))
        {
            ours = recorded;
        }

        differences.Compare("the message", ours, recorded);
        return differences.Said;
    }

    // The name of the file, which the repr has lost.
    private static bool IsQuoted(string rest)
    {
        var reader = new LiteralReader(rest);
        return reader.TakeString(out var whole) is not null && whole && reader.AtEnd;
    }
}
