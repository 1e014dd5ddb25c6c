namespace Subnet.Health.Web.Pages;

/// <summary>A bundle checked in the browser.</summary>
public sealed partial class BundlePage;
