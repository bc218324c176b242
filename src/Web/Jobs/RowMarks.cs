using System.Runtime.InteropServices;
using Dashboard.Core.Actions;

namespace Dashboard.Web.Jobs;

/// <summary>What stands on a row beside its state.</summary>
/// <param name="Hold">Who keeps it from running; null when nobody does.</param>
/// <param name="Known">Who knows of its trouble; null when nobody said so.</param>
/// <param name="Operation">What under way it is part of; null when nothing is.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RowMarks(JobHold? Hold, Acknowledgement? Known, Guid? Operation);
