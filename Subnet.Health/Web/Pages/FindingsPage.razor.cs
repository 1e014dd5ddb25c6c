namespace Subnet.Health.Web.Pages;

/// <summary>What a verification of a whole log found.</summary>
public sealed partial class FindingsPage;
