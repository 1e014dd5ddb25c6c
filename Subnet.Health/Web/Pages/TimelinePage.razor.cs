namespace Subnet.Health.Web.Pages;

/// <summary>Entries of all logs over time.</summary>
public sealed partial class TimelinePage;
