namespace Subnet.Health.Web.Pages;

/// <summary>What reviewers found: signed cases, each chain checked in the browser.</summary>
public sealed partial class CasesPage;
