namespace Subnet.Health.Network.Demo.Processes;

/// <summary>Where parties listen, by the network file that the demonstration writes as they come up.</summary>
internal sealed class FileAddresses(string home) : IDemoAddresses
{
    /// <summary>The ledger's node.</summary>
    public Uri Node() => File().Node?.Grpc ?? throw new IOException("the network file names no node");

    /// <inheritdoc/>
    public Uri Issuer(ushort netuid) => Of("issuer", $"{netuid}");

    /// <inheritdoc/>
    public Uri Miner(string name) => Of("miner", name);

    /// <inheritdoc/>
    public Uri Validator(string name) => Of("validator", name);

    private Uri Of(string role, string name) => File().Find(role, name)?.Grpc ?? throw new IOException($"the network file has no address of {role} {name}");

    private NetworkFile File() => NetworkFile.TryRead(home) ?? throw new IOException($"there is no network file in '{home}'");
}
