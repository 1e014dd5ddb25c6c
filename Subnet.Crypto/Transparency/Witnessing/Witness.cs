using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Crypto.Transparency.Notes;

namespace Subnet.Crypto.Transparency.Witnessing;

/// <summary>
/// A witness of other parties' logs (C2SP tlog-witness): cosigns a checkpoint only if it extends the newest one it cosigned of that
/// origin. What it signs is stored before it is answered. Safe for concurrent use.
/// </summary>
public sealed class Witness
{
    private readonly NoteSigner signer;
    private readonly IWitnessStore store;
    private readonly TimeProvider clock;
    private readonly Func<string, IReadOnlyList<VerifierKey>> keysOf;

    /// <summary>A witness of the given logs; an origin may have several keys while it changes them.</summary>
    public Witness(NoteSigner signer, IEnumerable<VerifierKey> logs, IWitnessStore store, TimeProvider clock)
        : this(signer, ByOrigin(logs), store, clock)
    {
    }

    /// <summary>A witness of logs that come and go: <paramref name="keysOf"/> gives the keys of an origin, none where it is not one to witness.</summary>
    public Witness(NoteSigner signer, Func<string, IReadOnlyList<VerifierKey>> keysOf, IWitnessStore store, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(signer);
        ArgumentNullException.ThrowIfNull(keysOf);
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(clock);
        this.signer = signer;
        this.store = store;
        this.clock = clock;
        this.keysOf = keysOf;
    }

    /// <summary>The witness's public key.</summary>
    public VerifierKey Verifier => signer.Verifier;

    /// <summary>The newest cosigned checkpoint of an origin, or null.</summary>
    public string? Latest(string origin) => store.Latest(origin);

    /// <summary>Answers one add-checkpoint request.</summary>
    /// <exception cref="IOException">The store failed; nothing was signed that the caller could have.</exception>
    public WitnessAnswer AddCheckpoint(ReadOnlySpan<byte> body)
    {
        AddCheckpointRequest request;
        Checkpoint checkpoint;
        try
        {
            request = AddCheckpointRequest.Parse(body);
            checkpoint = Checkpoint.ParseForm(request.Note.Text);
        }
        catch (TransparencyException malformed)
        {
            return WitnessAnswer.Refused(400, malformed.Message);
        }

        IReadOnlyList<VerifierKey> keys = keysOf(checkpoint.Origin);
        if (keys.Count == 0)
        {
            return WitnessAnswer.Refused(404, "the origin is not one that this witness knows");
        }

        try
        {
            request.Note.Verify(keys);
        }
        catch (TransparencyException unsigned)
        {
            return WitnessAnswer.Refused(403, unsigned.Message);
        }

        if (request.OldSize > checkpoint.Size)
        {
            return WitnessAnswer.Refused(400, "the old size is above that of the checkpoint");
        }

        return Compare(request, checkpoint, keys);
    }

    private WitnessAnswer Compare(AddCheckpointRequest request, Checkpoint checkpoint, IReadOnlyList<VerifierKey> keys)
    {
        while (true)
        {
            string? latest = store.Latest(checkpoint.Origin);
            Checkpoint known = latest is null
                ? new Checkpoint(checkpoint.Origin, 0, TreeHash.EmptyRoot)
                : Checkpoint.Parse(SignedNote.Parse(latest).Text);
            if (request.OldSize != known.Size)
            {
                return WitnessAnswer.Conflict(known.Size);
            }

            if (!ConsistencyProof.Verify(known.Size, checkpoint.Size, [.. request.Proof], known.Root, checkpoint.Root))
            {
                return WitnessAnswer.Refused(422, "the checkpoint is not shown to extend the one that this witness knows");
            }

            NoteSignature cosignature = signer.Cosign(request.Note.Text, clock.GetUtcNow());
            SignedNote cosigned = SignedNote.Create(request.Note.Text, [.. LogSignatures(request.Note, keys), cosignature]);
            if (store.TryReplace(checkpoint.Origin, latest, cosigned.ToString()))
            {
                return WitnessAnswer.Cosigned(SignedNote.FormatLine(cosignature));
            }
        }
    }

    private static IEnumerable<NoteSignature> LogSignatures(SignedNote note, IReadOnlyList<VerifierKey> keys) =>
        note.Signatures.Where(line => keys.Any(key => key.Name == line.Name && key.Id == line.KeyId));

    private static Func<string, IReadOnlyList<VerifierKey>> ByOrigin(IEnumerable<VerifierKey> logs)
    {
        ArgumentNullException.ThrowIfNull(logs);
        Dictionary<string, VerifierKey[]> known = logs.GroupBy(key => key.Name).ToDictionary(group => group.Key, group => group.ToArray());
        return origin => known.GetValueOrDefault(origin) ?? [];
    }
}
