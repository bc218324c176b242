using Dashboard.Core.Pings;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Pings;

/// <summary>What a program that pings said last.</summary>
public sealed partial class PingLine
{
    /// <summary>The program.</summary>
    [Parameter, EditorRequired]
    public required Ping Ping { get; set; }
}
