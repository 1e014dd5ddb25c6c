using System.Security.Cryptography;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Health.Circuits;

/// <summary>
/// The miner's side of a keyless card: the private weights, loaded once from the file they are kept encrypted in, and answers from
/// pooled memory. Safe for concurrent use; disposing wipes the weights.
/// </summary>
internal sealed class ServedCircuit : IDisposable
{
    private readonly KeylessModel model;
    private readonly PrivateCircuit secret;

    private ServedCircuit(byte[] canonical, ReadCard card, PrivateCircuit secret, KeylessModel model)
    {
        Canonical = canonical;
        Card = card;
        this.secret = secret;
        this.model = model;
    }

    /// <summary>The card's bytes.</summary>
    public ReadOnlyMemory<byte> Canonical { get; }

    /// <summary>What the card says.</summary>
    public ReadCard Card { get; }

    /// <summary>SHA-256 of the card.</summary>
    public ReadOnlyMemory<byte> CardHash => secret.Card;

    /// <summary>Opens the card's commitment, for proofs.</summary>
    public CommitmentOpening Opening => secret.Opening;

    /// <summary>Opens the private file of a card.</summary>
    /// <param name="canonical">The card's bytes.</param>
    /// <param name="sealedCircuit">The private file.</param>
    /// <param name="password">Its password.</param>
    /// <param name="randomness">The operating system's generator in production.</param>
    /// <exception cref="CircuitException">Card or file are refused, do not belong together, or the weights are not those of the commitment's length.</exception>
    public static ServedCircuit Load(
        ReadOnlySpan<byte> canonical, ReadOnlySpan<byte> sealedCircuit, ReadOnlySpan<byte> password, IRandomSourceFactory randomness)
    {
        ReadCard card = CardReader.Read(canonical);
        PrivateCircuit secret = CircuitFile.Unseal(sealedCircuit, password);
        try
        {
            CardQuery query = card.Query;
            if (!secret.Card.AsSpan().SequenceEqual(card.Hash.AsSpan()))
            {
                throw new CircuitException("the private circuit belongs to another card; give the card.json that lies beside it.");
            }

            // A card that was changed after it was made would commit to other weights than are served.
            byte[] commitment = secret.Opening.Commit(GeneratorSet.Create(secret.Weights.Length)).Bytes.ToArray();
            if (secret.Weights.Length != query.Classes * query.Encoding.Length || !CryptographicOperations.FixedTimeEquals(commitment, query.Commitment.AsSpan()))
            {
                throw new CircuitException("the private circuit does not open the card's commitment; compile the model again.");
            }

            return new ServedCircuit(
                canonical.ToArray(), card, secret, new KeylessModel(secret.Card, query.Parameters, query.Classes, secret.Weights, query.Bound, randomness));
        }
        catch
        {
            secret.Dispose();
            throw;
        }
    }

    /// <summary>The most memory that the circuit holds while it answers so many queries at once, in bytes.</summary>
    /// <remarks>Weights in both forms, for each query its bytes, its scratch and its reply.</remarks>
    public long MemoryBytes(int concurrentQueries)
    {
        CardQuery query = Card.Query;
        int ciphertexts = query.Layout(1).Place(query.Parameters.Set).Ciphertexts;
        long each = KeylessQuery.ByteCount(query.Parameters.Set, ciphertexts) + model.ScratchBytes
            + KeylessReply.ByteCount(query.Parameters, Math.Max(query.Classes, query.Parameters.Set.Degree / query.Encoding.Length));
        return Canonical.Length + model.WeightBytes + (2L * sizeof(long) * secret.Weights.Length) + (concurrentQueries * each);
    }

    /// <summary>Answers a query.</summary>
    /// <param name="query">Untrusted bytes.</param>
    /// <param name="reply">The reply's bytes, or null.</param>
    /// <param name="cancellationToken">Checked before the work and between the ciphertexts of a query.</param>
    /// <returns>Why it is refused; to the peer every refusal must look the same.</returns>
    public KeylessRefusal TryAnswer(ReadOnlySpan<byte> query, out byte[]? reply, CancellationToken cancellationToken) =>
        TryAnswer(query, KeylessQuery.RequestHash(query), out reply, cancellationToken);

    /// <summary>Answers a query whose hash is known.</summary>
    /// <param name="query">Untrusted bytes.</param>
    /// <param name="requestHash">SHA-256 of them.</param>
    /// <param name="reply">The reply's bytes, or null.</param>
    /// <param name="cancellationToken">Checked before the work and between the ciphertexts of a query.</param>
    /// <inheritdoc cref="TryAnswer(ReadOnlySpan{byte}, out byte[], CancellationToken)" path="/returns"/>
    public KeylessRefusal TryAnswer(ReadOnlySpan<byte> query, ReadOnlySpan<byte> requestHash, out byte[]? reply, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return model.TryAnswer(query, requestHash, out reply, cancellationToken);
    }

    /// <summary>Wipes weights and opening.</summary>
    public void Dispose()
    {
        model.Dispose();
        secret.Dispose();
    }
}
