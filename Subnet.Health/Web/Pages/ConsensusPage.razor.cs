namespace Subnet.Health.Web.Pages;

/// <summary>Weights, bonds and consensus of an epoch, why each came out so, and what would have been.</summary>
public sealed partial class ConsensusPage;
