using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Crypto.Transparency.Witnessing;

namespace Subnet.Health.Review.Logs;

/// <summary>
/// A party that witnesses the logs of others, as validators do those of clinics and miners: 100 bytes a log in a folder of its own, and a
/// lock on it, so that it cannot be rolled back by a second process. It knows every log of its network whose key is admitted, by the key in the log's name and by those that the log
/// was given after it: each is let in by one that was known before, so that a witness follows a log whose first key was retired. Safe for concurrent use.
/// </summary>
internal sealed class RoleWitness : IDisposable
{
    private const string KeysFolder = "keys";

    private readonly WitnessFileStore store;
    private readonly PhysicalLogFiles files;
    private readonly Func<string, VerifierKey?> nameKeyOf;
    private readonly ConcurrentDictionary<string, IReadOnlyList<AddedKey>> learned = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    private RoleWitness(WitnessFileStore store, PhysicalLogFiles files, NoteSigner signer, Func<string, VerifierKey?> nameKeyOf, TimeProvider clock)
    {
        (this.store, this.files, this.nameKeyOf) = (store, files, nameKeyOf);
        Witness = new Witness(signer, KeysOf, store, clock);
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
        PhysicalLogFiles files = new(folder);
        files.CreateFolder(KeysFolder);
        files.SyncFolder("");
        return new RoleWitness(new WitnessFileStore(files), files, signer, origin => NameKeyOf(origin, network, isAdmitted), clock);
    }

    /// <summary>
    /// Takes note of keys that logs were given, durably, those that a known key of the same log lets in; others are passed over. A thief of a log's old key gains nothing by it: what he
    /// could have cosigned under a new key he could under the old one, and only as an extension of what was cosigned before.
    /// </summary>
    /// <exception cref="IOException">The memory cannot be written; nothing was taken note of.</exception>
    public void Learn(IEnumerable<AddedKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        foreach (AddedKey added in keys)
        {
            lock (gate)
            {
                IReadOnlyList<VerifierKey> known = KeysOf(added.Key.Name);
                IReadOnlyList<AddedKey> before = LearnedOf(added.Key.Name);
                if (!known.Contains(added.Key) && before.Count < AddedKey.Most && added.IsSignedBy(known))
                {
                    AddedKey[] after = [.. before, added];
                    AddedKeyFile.Write(files, PathOf(added.Key.Name), after);
                    learned[added.Key.Name] = after;
                }
            }
        }
    }

    /// <summary>Releases the memory.</summary>
    public void Dispose()
    {
        store.Dispose();
        files.Dispose();
    }

    private IReadOnlyList<VerifierKey> KeysOf(string origin) => nameKeyOf(origin) is { } key ? [key, .. LearnedOf(origin).Select(static added => added.Key)] : [];

    // Of an origin whose key is admitted only: a stranger's names must not fill the memory.
    private IReadOnlyList<AddedKey> LearnedOf(string origin) =>
        nameKeyOf(origin) is null ? [] : learned.GetOrAdd(origin, _ => AddedKeyFile.Read(files, PathOf(origin)) ?? []);

    private static string PathOf(string origin) => $"{KeysFolder}/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)))}";

    private static VerifierKey? NameKeyOf(string origin, string network, Func<ReadOnlyMemory<byte>, bool> isAdmitted) =>
        LogName.Parts(origin) is { } parts && parts.Network == network && LogName.KeyOf(origin) is { } key && isAdmitted(key.PublicKey.ToArray()) ? key : null;
}
