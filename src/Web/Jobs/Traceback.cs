using Dashboard.Core.Failures;

namespace Dashboard.Web.Jobs;

/// <summary>Some neighbouring frames of a traceback that are all of one kind.</summary>
/// <param name="Application">True for the operator's own code, false for crontabber, drivers and the standard library.</param>
/// <param name="Frames">How many.</param>
/// <param name="Text">As they stand in the traceback.</param>
public sealed record TracebackPart(bool Application, int Frames, string Text);

/// <summary>A Python traceback, split into the operator's own frames and those of what it runs on.</summary>
public static class Traceback
{
    private const string FrameStart = "  File \"";

    /// <summary>The parts in order; their texts together are the traceback.</summary>
    public static IReadOnlyList<TracebackPart> Split(string traceback, FrameRule frames)
    {
        ArgumentNullException.ThrowIfNull(traceback);
        ArgumentNullException.ThrowIfNull(frames);
        List<TracebackPart> parts = [];
        var start = 0;
        while (start < traceback.Length)
        {
            var next = traceback.IndexOf($"\n{FrameStart}", start, StringComparison.Ordinal);
            var end = next < 0 ? traceback.Length : next + 1;
            Add(parts, traceback[start..end], frames);
            start = end;
        }

        return parts;
    }

    // Text that is no frame (a header, a chained message) is shown with the application's.
    private static void Add(List<TracebackPart> parts, string text, FrameRule frames)
    {
        var isFrame = text.StartsWith(FrameStart, StringComparison.Ordinal);
        var application = !isFrame || IsApplication(text, frames);
        if (parts.Count > 0 && parts[^1].Application == application)
        {
            parts[^1] = new(application, parts[^1].Frames + (isFrame ? 1 : 0), parts[^1].Text + text);
        }
        else
        {
            parts.Add(new(application, isFrame ? 1 : 0, text));
        }
    }

    private static bool IsApplication(string frame, FrameRule frames)
    {
        var end = frame.IndexOf('"', FrameStart.Length);
        var file = end < 0 ? frame : frame[FrameStart.Length..end];
        return frames.IsApplication(file);
    }
}
