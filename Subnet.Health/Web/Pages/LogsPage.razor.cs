namespace Subnet.Health.Web.Pages;

/// <summary>The logs with their checkpoints, witnesses and state.</summary>
public sealed partial class LogsPage;
