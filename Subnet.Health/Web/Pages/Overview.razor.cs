namespace Subnet.Health.Web.Pages;

/// <summary>The network at a glance.</summary>
public sealed partial class Overview;
