using Microsoft.AspNetCore.Components;

namespace Subnet.Health.Web.Pages;

/// <summary>What every page has around it: head, navigation, the newest block, foot.</summary>
public sealed partial class Frame
{
    /// <summary>The page's title.</summary>
    [Parameter]
    public string Title { get; set; } = "";

    /// <summary>Which link of the navigation, or tab of the subnet, this page is.</summary>
    [Parameter]
    public string Section { get; set; } = "";

    /// <summary>A word above the title; null for none.</summary>
    [Parameter]
    public string? Kicker { get; set; }

    /// <summary>The subnet whose tabs are shown; null for none.</summary>
    [Parameter]
    public int? Netuid { get; set; }

    /// <summary>Scripts that this page needs beside those of every page.</summary>
    [Parameter]
    public IReadOnlyList<string> Scripts { get; set; } = [];

    /// <summary>The page itself.</summary>
    [Parameter]
    public RenderFragment? ChildContent { get; set; }
}
