namespace Subnet.Health.Web.Pages;

/// <summary>One query from consent to emission, each link checked in the browser.</summary>
public sealed partial class TracePage;
