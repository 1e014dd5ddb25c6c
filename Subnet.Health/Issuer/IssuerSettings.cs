using Subnet.Crypto.Tokens;

namespace Subnet.Health.Issuer;

/// <summary>How a subnet's token issuer works.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Folder">Its state: keys encrypted at rest, what was signed for whom, used nonces.</param>
internal sealed record IssuerSettings(ushort Netuid, string Folder)
{
    /// <summary>For how many epochs ahead keys are on the ledger.</summary>
    public int EpochsAhead { get; init; } = 2;

    /// <summary>Tokens that wait for their signature, at most; a signature takes about 5 ms of a core.</summary>
    public int MostWaiting { get; init; } = 2048;

    /// <summary>Signatures that are made at one time, some 5 ms of a core each: unless told otherwise, one for each core.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Makes a secret key: the platform's RSA, unless a test has its own.</summary>
    public Func<BlindRsaSecretKey> GenerateKey { get; init; } = BlindRsaSecretKey.Generate;

    /// <summary>Tokens in one lot.</summary>
    public const int MostInLot = 256;
}
