namespace Subnet.Health.Network;

/// <summary>Where the ledger's node of a network answers.</summary>
/// <param name="Grpc">Base address of <c>subnet.v1.Ledger</c>.</param>
/// <param name="Http">Base address of its HTTP side; absent where it has none.</param>
internal sealed record NetworkNode(Uri Grpc, Uri? Http);
