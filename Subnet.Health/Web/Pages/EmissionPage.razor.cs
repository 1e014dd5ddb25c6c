namespace Subnet.Health.Web.Pages;

/// <summary>A subnet's emission over time, by role and by hotkey, and how concentrated it is.</summary>
public sealed partial class EmissionPage;
