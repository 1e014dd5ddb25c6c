using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Subnet.Health.Web.Dashboard;

/// <summary>
/// Hands a page its model and the frame's content. Pages take both as cascading values, which need not be public as parameters must.
/// </summary>
/// <typeparam name="TPage">The page.</typeparam>
/// <typeparam name="TModel">Its model.</typeparam>
internal sealed class PageShell<TPage, TModel> : ComponentBase
    where TPage : IComponent
    where TModel : class
{
    /// <summary>What the page shows.</summary>
    [Parameter]
    public TModel Model { get; set; } = default!;

    /// <summary>What the frame around it shows.</summary>
    [Parameter]
    public PageChrome Chrome { get; set; } = default!;

    /// <inheritdoc/>
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenComponent<CascadingValue<PageChrome>>(0);
        builder.AddComponentParameter(1, nameof(CascadingValue<PageChrome>.Value), Chrome);
        builder.AddComponentParameter(2, nameof(CascadingValue<PageChrome>.IsFixed), true);
        builder.AddComponentParameter(3, nameof(CascadingValue<PageChrome>.ChildContent), (RenderFragment)(inner =>
        {
            inner.OpenComponent<CascadingValue<TModel>>(0);
            inner.AddComponentParameter(1, nameof(CascadingValue<TModel>.Value), Model);
            inner.AddComponentParameter(2, nameof(CascadingValue<TModel>.IsFixed), true);
            inner.AddComponentParameter(3, nameof(CascadingValue<TModel>.ChildContent), (RenderFragment)(page =>
            {
                page.OpenComponent<TPage>(0);
                page.CloseComponent();
            }));
            inner.CloseComponent();
        }));
        builder.CloseComponent();
    }
}
