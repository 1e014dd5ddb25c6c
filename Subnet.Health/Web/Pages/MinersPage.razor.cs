namespace Subnet.Health.Web.Pages;

/// <summary>A subnet's miners: models, quality, latency, proofs, and why they score as they do.</summary>
public sealed partial class MinersPage;
