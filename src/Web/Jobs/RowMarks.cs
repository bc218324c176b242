using System.Runtime.InteropServices;
using Dashboard.Core.Actions;
using Dashboard.Core.Jobs;

namespace Dashboard.Web.Jobs;

/// <summary>What stands on a row beside its state.</summary>
/// <param name="Hold">Who keeps it from running; null when nobody does.</param>
/// <param name="Known">Who knows of its trouble; null when nobody said so.</param>
/// <param name="Operation">What under way it is part of; null when nothing is.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RowMarks(JobHold? Hold, Acknowledgement? Known, Guid? Operation)
{
    /// <summary>What people have said of a job.</summary>
    /// <param name="marks">Of its source; null where nothing of the present is shown.</param>
    /// <param name="job">Its name.</param>
    /// <param name="row">Its row, without which nobody can know of its trouble.</param>
    /// <param name="now">The time of its database.</param>
    public static RowMarks Of(MarksSnapshot? marks, string job, Job? row, DateTimeOffset now) => new(marks?.HoldOf(job, now), row is null ? null : marks?.Of(row), null);
}
