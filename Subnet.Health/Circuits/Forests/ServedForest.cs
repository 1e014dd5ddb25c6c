using System.Security.Cryptography;
using Subnet.Crypto.Forests;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Health.Circuits.Forests;

/// <summary>The miner's side of a forest's card: the private trees, loaded once from the file they are kept encrypted in. Safe for concurrent use.</summary>
internal sealed class ServedForest : IDisposable
{
    private readonly ForestEvaluation evaluation;

    private ServedForest(byte[] canonical, ReadCard card, CardForest forest, ForestEvaluation evaluation)
    {
        Canonical = canonical;
        Card = card;
        Forest = forest;
        this.evaluation = evaluation;
    }

    /// <summary>The card's bytes.</summary>
    public ReadOnlyMemory<byte> Canonical { get; }

    /// <summary>What the card says.</summary>
    public ReadCard Card { get; }

    /// <summary>The card's query.</summary>
    public CardForest Forest { get; }

    /// <summary>SHA-256 of the card.</summary>
    public ReadOnlyMemory<byte> CardHash => Card.Hash.AsMemory();

    /// <summary>Length of a key bundle for this card.</summary>
    public int KeyBytes => ForestKeyBundle.ByteCount(Forest.Set, Forest.Elements.Count);

    /// <summary>Opens the private file of a card.</summary>
    /// <param name="canonical">The card's bytes.</param>
    /// <param name="sealedForest">The private file.</param>
    /// <param name="password">Its password.</param>
    /// <param name="randomness">The operating system's generator in production.</param>
    /// <exception cref="CircuitException">Card or file are refused or do not belong together.</exception>
    public static ServedForest Load(ReadOnlySpan<byte> canonical, ReadOnlySpan<byte> sealedForest, ReadOnlySpan<byte> password, IRandomSourceFactory randomness)
    {
        ReadCard card = CardReader.Read(canonical);
        CardForest forest = card.Forest ?? throw new CircuitException("the card is of a keyless circuit; give the private file of a forest its own card.");
        PrivateForest secret = ForestFile.Unseal(sealedForest, password);
        if (!secret.Card.AsSpan().SequenceEqual(card.Hash.AsSpan()))
        {
            throw new CircuitException("the private forest belongs to another card; give the card.json that lies beside it.");
        }

        if (!CryptographicOperations.FixedTimeEquals(IntegerForest.Commit(secret.Salt, secret.Forest.ToCanonical()), forest.Commitment.AsSpan()))
        {
            throw new CircuitException("the private forest does not open the card's commitment; compile the model again.");
        }

        try
        {
            return new ServedForest(
                canonical.ToArray(), card, forest, new ForestEvaluation(card.Hash.AsSpan(), forest.Set, forest.Layout, forest.Edges, secret.Forest, randomness));
        }
        catch (ArgumentException fault)
        {
            throw new CircuitException($"the private forest does not fit its card ({fault.Message}); compile the model again.");
        }
    }

    /// <summary>Reads an uploaded key bundle.</summary>
    /// <param name="bundle">Untrusted bytes.</param>
    /// <param name="keys">What was read, or null.</param>
    public ForestRefusal TryReadKeys(ReadOnlySpan<byte> bundle, out ForestKeyBundle? keys) => ForestKeyBundle.TryRead(Forest.Set, Forest.Elements, bundle, out keys);

    /// <summary>The most memory that the forest holds while it answers so many queries at once, in bytes, uploaded keys not counted.</summary>
    public long MemoryBytes(int concurrentQueries)
    {
        // Inputs and the values of one tree or the rotations of one input, all of two polynomials at the data modulus.
        long ciphertext = 2L * sizeof(ulong) * Forest.Set.Parameters.FirstDataLevel.PolynomialWords;
        long held = Forest.Layout is { } layout ? layout.Plan.InputRotations.Count + layout.Plan.SumRotations.Count + 12 : Forest.Edges.Bits + 32;
        return Canonical.Length + evaluation.WeightBytes + (concurrentQueries * held * ciphertext);
    }

    /// <summary>Answers a query under the bundle that it names.</summary>
    /// <param name="keys">The bundle whose digest is <see cref="ForestQuery.Keys"/> of the query.</param>
    /// <param name="query">Untrusted bytes.</param>
    /// <param name="reply">The reply's bytes, or null.</param>
    /// <param name="cancellationToken">Checked between steps.</param>
    public ForestRefusal TryAnswer(ForestKeyBundle keys, ReadOnlySpan<byte> query, out byte[]? reply, CancellationToken cancellationToken) =>
        evaluation.TryAnswer(keys, query, out reply, cancellationToken);

    /// <summary>Wipes what holds leaf values.</summary>
    public void Dispose() => evaluation.Dispose();
}
