using Dashboard.Core.Access;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Access;

/// <summary>One session and the ways to end it.</summary>
public sealed partial class SessionRow
{
    /// <summary>The session.</summary>
    [Parameter, EditorRequired]
    public required Session Session { get; set; }

    /// <summary>Whether it is the one this page is seen with.</summary>
    [Parameter]
    public bool IsThis { get; set; }

    /// <summary>Whether whose it is can be shut out.</summary>
    [Parameter]
    public bool MayBar { get; set; }

    /// <summary>End it.</summary>
    [Parameter]
    public EventCallback<Session> OnEnd { get; set; }

    /// <summary>End all of the same person.</summary>
    [Parameter]
    public EventCallback<Session> OnEndEverywhere { get; set; }

    /// <summary>Shut that person out.</summary>
    [Parameter]
    public EventCallback<Session> OnBar { get; set; }
}
