using Dashboard.Core.Jobs;

namespace Dashboard.Core.Failures;

/// <summary>An error as the log holds it, read so that it equals the same error in the row.</summary>
public static class RecordedError
{
    /// <summary>The error of <c>exc_type</c>, <c>exc_value</c> and <c>exc_traceback</c>.</summary>
    /// <param name="type">What <c>repr()</c> gave for the class.</param>
    /// <param name="value">What <c>repr()</c> gave for the exception; the row has what <c>str()</c> gave.</param>
    /// <param name="traceback">Its frames, or the last of them.</param>
    /// <param name="cut">True when the end of the value is missing.</param>
    public static JobError Of(string type, string value, string traceback, bool cut = false)
    {
        ArgumentNullException.ThrowIfNull(value);
        var name = PythonClass.Name(type);
        return new JobError(name, (cut ? null : PythonStr.Of(name, value)) ?? PythonException.Message(value, cut), LiteralReader.Visible(traceback)) { Cut = cut };
    }
}
