namespace Subnet.Health.Network;

/// <summary>One party of a network on this machine.</summary>
/// <param name="Role">What it does: <c>node</c>, <c>miner</c>, <c>validator</c>, <c>clinic</c> or <c>issuer</c>.</param>
/// <param name="Name">Its name among those of its role.</param>
/// <param name="Netuid">The subnet it works in; absent for one that works in several.</param>
/// <param name="Hotkey">Its public key, 64 hexadecimal digits; absent where it has none on the ledger.</param>
/// <param name="Grpc">Base address of its gRPC services; absent where it serves none.</param>
/// <param name="Http">Base address of its read-only HTTP side; absent where it has none.</param>
/// <param name="Home">Its folder, relative to the network file's.</param>
/// <param name="Log">Its transparency log's folder, relative to the network file's.</param>
/// <param name="Pid">Its process, while it runs.</param>
internal sealed record NetworkRole(
    string Role, string Name, ushort? Netuid, string? Hotkey, Uri? Grpc, Uri? Http, string Home, string? Log, int? Pid);
