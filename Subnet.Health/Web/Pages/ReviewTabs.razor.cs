using Microsoft.AspNetCore.Components;

namespace Subnet.Health.Web.Pages;

/// <summary>The tabs of the reviewer's pages.</summary>
public sealed partial class ReviewTabs
{
    /// <summary>Path of the page that is shown.</summary>
    [Parameter]
    public string Current { get; set; } = "";
}
