using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Crypto.Transparency.Witnessing;

namespace Subnet.Health.Review.Logs;

/// <summary>
/// A party that witnesses the logs of others, as validators do those of clinics and miners: 100 bytes a log in a folder of its own, and a
/// lock on it, so that it cannot be rolled back by a second process. It knows every log of its network whose key is admitted.
/// </summary>
internal sealed class RoleWitness : IDisposable
{
    private readonly WitnessFileStore store;

    private RoleWitness(WitnessFileStore store, Witness witness)
    {
        this.store = store;
        Witness = witness;
    }

    /// <summary>Answers requests; also the way to map it on HTTP and gRPC.</summary>
    public Witness Witness { get; }

    /// <summary>The key that it is known by.</summary>
    public VerifierKey Verifier => Witness.Verifier;

    /// <summary>A client in this process.</summary>
    public IWitnessClient Client => new LocalWitness(Witness);

    /// <summary>Opens the witness's memory.</summary>
    /// <param name="folder">Such as <c>HOME/validator/NAME/witness</c>; made if it is not there.</param>
    /// <param name="network">Logs of this network are witnessed.</param>
    /// <param name="key">Cosigns; stays the caller's.</param>
    /// <param name="isAdmitted">Whether a log's key (32 bytes) is one to witness: registered on the ledger, or every one.</param>
    /// <param name="clock">The clock of cosignatures.</param>
    /// <exception cref="IOException">Another process has it open.</exception>
    public static RoleWitness Open(string folder, string network, SigningKey key, Func<ReadOnlyMemory<byte>, bool> isAdmitted, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(isAdmitted);
        NoteSigner signer = new(LogName.Of(network, "witness", key.PublicKey), SignatureType.Cosignature, key);
        WitnessFileStore store = new(new PhysicalLogFiles(folder));
        return new RoleWitness(store, new Witness(signer, origin => KeysOf(origin, network, isAdmitted), store, clock));
    }

    /// <summary>Releases the memory.</summary>
    public void Dispose() => store.Dispose();

    private static VerifierKey[] KeysOf(string origin, string network, Func<ReadOnlyMemory<byte>, bool> isAdmitted) =>
        LogName.Parts(origin) is { } parts && parts.Network == network && LogName.KeyOf(origin) is { } key && isAdmitted(key.PublicKey.ToArray())
            ? [key]
            : [];
}
