namespace Subnet.Health.Web.Dashboard;

/// <summary>A sentence and a way on.</summary>
/// <param name="Title">What happened.</param>
/// <param name="Text">Why, and what to do.</param>
/// <param name="Link">Where to go.</param>
/// <param name="LinkText">What that is.</param>
internal sealed record MessageModel(string Title, string Text, string Link, string LinkText);
