namespace Subnet.Health.Web.Pages;

/// <summary>A sentence and a way on.</summary>
public sealed partial class MessagePage;
