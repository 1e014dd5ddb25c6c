namespace Subnet.Health.Web.Pages;

/// <summary>Signing in by signing a challenge.</summary>
public sealed partial class LoginPage;
