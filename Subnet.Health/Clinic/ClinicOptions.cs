namespace Subnet.Health.Clinic;

/// <summary>What a program needs to open a gateway with <see cref="ClinicClient.ConnectAsync"/>.</summary>
/// <param name="Node">Base address of a ledger node's gRPC service; plaintext on loopback only.</param>
/// <param name="Folder">The gateway's state folder; made if it is not there.</param>
/// <param name="KeystoreFile">The clinic's coldkey, as <c>subnet wallet create</c> wrote it.</param>
/// <param name="Password">Opens the keystore; not kept.</param>
public sealed record ClinicOptions(Uri Node, string Folder, string KeystoreFile, ReadOnlyMemory<byte> Password)
{
    /// <summary>The gateway's name: another one is another key of encryption at rest.</summary>
    public string Name { get; init; } = "default";

    /// <summary>Base address of the token issuer; the node's where null.</summary>
    public Uri? Issuer { get; init; }

    /// <summary>What may be sent.</summary>
    public ClinicPolicy Policy { get; init; } = ClinicPolicy.Default;

    /// <summary>A folder of <c>subnet certs create</c>, for addresses beyond loopback; null for loopback.</summary>
    public string? CertificatesFolder { get; init; }

    /// <summary>Mean of the random while between buying tokens and using them; zero on a local network only.</summary>
    public TimeSpan TokenDelay { get; init; } = TimeSpan.FromHours(1);
}
