namespace Subnet.Health.Web.Dashboard;

/// <summary>How a party of the network answers.</summary>
/// <param name="Role">node, miner, validator, clinic, issuer.</param>
/// <param name="Name">Its name.</param>
/// <param name="Address">Where it serves.</param>
/// <param name="Problem">Null if it is well, else what is wrong.</param>
internal sealed record NodeHealth(string Role, string Name, string Address, string? Problem);
