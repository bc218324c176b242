using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Retries;

/// <summary>Nobody told anything yet: how to make somebody tell.</summary>
public sealed partial class RetriesEmpty
{
    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private string Base => Navigation.BaseUri;
}
