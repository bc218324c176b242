using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Actions.Operations;

/// <summary>One operation at an address of its own: what it is made of and how far each part is, for as long as anybody looks and afterwards.</summary>
public sealed partial class OperationPage
{
    /// <summary>The operation's id.</summary>
    [Parameter]
    public Guid Id { get; set; }

    [CascadingParameter]
    private ShownSource Shown { get; set; } = null!;
}
