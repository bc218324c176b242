using Dashboard.Core.Configuration;
using Dashboard.Web.Components;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Schedules;

/// <summary>What is wrong with the scheduler's configuration: file, line and what was expected. Nothing when nothing is.</summary>
public sealed partial class ScheduleNotice
{
    private const int Most = 20;

    /// <summary>The source on screen.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    // The folder is the server's business.
    private static string Place(ConfigurationFault fault) => (fault with { File = Path.GetFileName(fault.File) }).Place;

    private static string Short(string found) => OneLine.Of(found, 120);
}
