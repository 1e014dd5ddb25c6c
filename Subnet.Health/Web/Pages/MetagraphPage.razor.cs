namespace Subnet.Health.Web.Pages;

/// <summary>The neurons of a subnet.</summary>
public sealed partial class MetagraphPage;
