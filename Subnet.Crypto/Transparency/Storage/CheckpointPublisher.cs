using System.Globalization;
using System.Text;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Tiles;
using Subnet.Crypto.Transparency.Witnessing;

namespace Subnet.Crypto.Transparency.Storage;

/// <summary>Signs the tree's head, collects cosignatures, and puts the checkpoint where readers find it.</summary>
internal sealed class CheckpointPublisher
{
    private readonly ILogFiles files;
    private readonly LogStore store;
    private readonly CheckpointSigner signer;
    private readonly TransparencyLogOptions options;
    private readonly TimeProvider clock;

    public CheckpointPublisher(ILogFiles files, LogStore store, TransparencyLogOptions options, TimeProvider clock)
    {
        this.files = files;
        this.store = store;
        this.options = options;
        this.clock = clock;
        signer = new CheckpointSigner(files, store.Durable, options.Signers);
        RequireExtensions();
    }

    /// <summary>Size of the newest published checkpoint; -1 if there is none.</summary>
    public long PublishedSize { get; private set; } = -1;

    /// <summary>Publishes the head if it is newer than what is published. Returns null if it is not, or if too few witnesses cosigned.</summary>
    /// <exception cref="LogStoreException">The head does not extend what was signed, or a file operation failed.</exception>
    public async Task<SignedNote?> PublishAsync(CancellationToken cancellationToken)
    {
        TileTree tree = store.Tree();
        if (tree.Size <= PublishedSize)
        {
            return null;
        }

        SignedNote note = store.Guarded(() => signer.Sign(tree));
        List<NoteSignature> lines = [.. note.Signatures];
        List<VerifierKey> cosigners = [];

        // One after the other: the tree's cache of tiles is for one reader, and the limit holds for each witness.
        foreach (IWitnessClient witness in options.Witnesses)
        {
            if (await CosignAsync(witness, note, tree, cancellationToken).ConfigureAwait(false) is { } line)
            {
                lines.Add(line);
                cosigners.Add(witness.Key);
            }
        }

        if (options.Quorum is not null && !options.Quorum.IsQuorum(cosigners))
        {
            return null;
        }

        SignedNote published = SignedNote.Create(note.Text, lines);
        byte[] bytes = Encoding.UTF8.GetBytes(published.ToString());
        return store.Guarded(() =>
        {
            store.Durable.Replace(string.Create(CultureInfo.InvariantCulture, $"{LogStore.CheckpointsFolder}/{tree.Size}"), bytes);
            store.Durable.Replace(LogStore.CheckpointPath, bytes);
            PublishedSize = tree.Size;
            return published;
        });
    }

    private async Task<NoteSignature?> CosignAsync(IWitnessClient witness, SignedNote note, TileTree tree, CancellationToken cancellationToken)
    {
        string path = $"{LogStore.WitnessFolder}/{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(witness.Key.Name)))}";
        using CancellationTokenSource limit = new(options.WitnessLimit, clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            long known = files.Read(path) is { } latest ? Checkpoint.Parse(SignedNote.Parse(latest).Text).Size : 0;
            WitnessAnswer answer = await AskAsync(witness, note, tree, known, either.Token).ConfigureAwait(false);
            if (answer.Status == 409 && StrictDecimal.TryParse(answer.Body.AsSpan().TrimEnd('\n'), out long actual) && actual <= tree.Size)
            {
                answer = await AskAsync(witness, note, tree, actual, either.Token).ConfigureAwait(false);
            }

            if (answer.Status != 200)
            {
                return null;
            }

            SignedNote cosigned = SignedNote.Create(note.Text, [.. note.Signatures, .. answer.Body.TrimEnd('\n').Split('\n').Select(SignedNote.ParseLine)]);
            cosigned.Verify([witness.Key]);
            store.Guarded(() =>
            {
                store.Durable.Replace(path, Encoding.UTF8.GetBytes(cosigned.ToString()));
                return true;
            });
            return cosigned.Signatures.First(line => line.Name == witness.Key.Name && line.KeyId == witness.Key.Id);
        }
        catch (Exception absent) when (absent is (IOException and not LogStoreException) or TransparencyException
            || (absent is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // A witness that is away, slow or talks nonsense gives no cosignature; whether the others are enough is the policy's to say.
            return null;
        }
    }

    private static Task<WitnessAnswer> AskAsync(IWitnessClient witness, SignedNote note, TileTree tree, long known, CancellationToken cancellationToken)
    {
        TreeHash[] proof = known <= tree.Size ? ConsistencyProof.Build(tree, known, tree.Size) : [];
        return witness.AddCheckpointAsync(new AddCheckpointRequest(Math.Min(known, tree.Size), proof, note).ToString(), cancellationToken);
    }

    /// <summary>At the start: what was signed or published must be the beginning of the tree that is there.</summary>
    private void RequireExtensions()
    {
        TileTree tree = store.Tree();
        if (signer.LastSigned() is { } signed)
        {
            CheckpointSigner.RequireExtension(signed, tree, "the last signed tree");
        }

        if (files.Read(LogStore.CheckpointPath) is not { } bytes)
        {
            return;
        }

        try
        {
            SignedNote note = SignedNote.Parse(bytes);
            note.Verify(options.Signers.Select(key => key.Verifier));
            Checkpoint published = Checkpoint.Parse(note.Text);
            CheckpointSigner.RequireExtension(published, tree, "the published checkpoint");
            PublishedSize = published.Size;
        }
        catch (TransparencyException malformed)
        {
            throw new LogStoreException(LogStoreFault.Corrupt, $"the published checkpoint is not this log's: {malformed.Message}", malformed);
        }
    }
}
