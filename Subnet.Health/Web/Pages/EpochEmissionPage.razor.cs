namespace Subnet.Health.Web.Pages;

/// <summary>Where one epoch's emission went, derived.</summary>
public sealed partial class EpochEmissionPage;
