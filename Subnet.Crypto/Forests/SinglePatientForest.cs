using System.Security.Cryptography;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Forests;

/// <summary>
/// <c>forest-private</c>: trees whose structure and leaves are private, one patient a query (encrypted-inference 3b, b1; parameters 3). A leaf's mismatch count m, 0 to D, is linear
/// in the bits, and v Z(m) = v (m-1)(m-2)...(m-D)/D! picks the leaves that are reached: the values go into a second matrix that
/// shares the rotations, so that no product with plaintext values comes last. With y = m (m - D - 1) the factors j and D + 1 - j are y + j (D + 1 - j): D/2
/// factors, multiplied pairwise, 2 products deep at D = 4, 3 up to 8, 4 up to 16. Safe for concurrent use.
/// </summary>
public sealed class SinglePatientForest : IDisposable
{
    private readonly byte[] card;
    private readonly ForestLayout layout;
    private readonly IRandomSourceFactory random;
    private readonly BfvEvaluator evaluator;
    private readonly EncodedMatrix counts;
    private readonly EncodedMatrix weighted;
    private readonly Plaintext countConstants = new();
    private readonly Plaintext weightedConstants = new();
    private readonly Plaintext last;
    private readonly Plaintext afterLast;
    private readonly Plaintext[] offsets;
    private readonly Plaintext? bias;

    /// <summary>Encodes a forest.</summary>
    /// <param name="card">Hash of the card, 32 bytes.</param>
    /// <param name="layout">Bits and leaves.</param>
    /// <param name="leaves">At most L leaves; every bit below n.</param>
    /// <param name="constant">Added to every answer.</param>
    /// <param name="random">The operating system's generator in production; one source is taken for each reply.</param>
    /// <exception cref="ArgumentException">Too many leaves, or the set leaves no margin for flooding.</exception>
    public SinglePatientForest(ReadOnlySpan<byte> card, ForestLayout layout, IReadOnlyList<MismatchLeaf> leaves, long constant, IRandomSourceFactory random)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(leaves);
        ForestSet set = layout.Set;
        if (leaves.Count > layout.Leaves || !new ForestNoise(set).Admits(new ForestNoise(set).SinglePatient(layout)))
        {
            throw new ArgumentException($"{leaves.Count} leaves over {layout.Bits} bits are not served under {set}");
        }

        this.card = card.ToArray();
        this.layout = layout;
        this.random = random;
        evaluator = new BfvEvaluator(set.Parameters);
        Modulus t = new(ForestSet.PlainModulus);
        ulong[] values = Values(t, leaves);
        counts = Encode(t, leaves, null);
        weighted = Encode(t, leaves, values);

        // The constants of m, and v (constant - 1).
        BatchEncoder encoder = new(set.Parameters);
        ulong[] slots = new ulong[set.Degree];
        Fill(slots, leaf => leaf < leaves.Count ? (ulong)leaves[leaf].Constant : 0);
        encoder.Encode(slots, countConstants);
        Fill(slots, leaf => leaf < leaves.Count ? t.Multiply(values[leaf], t.FromSigned(leaves[leaf].Constant - 1)) : 0);
        encoder.Encode(slots, weightedConstants);
        int d = layout.PathFeatures;
        last = new Plaintext([(ulong)d]);
        afterLast = new Plaintext([(ulong)d + 1]);
        offsets = [.. Enumerable.Range(2, (d / 2) - 1).Select(j => new Plaintext([(ulong)(j * (d + 1 - j))]))];
        bias = constant == 0 ? null : new Plaintext([t.FromSigned(constant)]);
    }

    /// <summary>Bytes that the encoded forest takes.</summary>
    public long WeightBytes => 2L * layout.Plan.Diagonals.Count * layout.Set.Parameters.FirstDataLevel.PolynomialWords * sizeof(ulong);

    /// <summary>Answers a query.</summary>
    /// <param name="keys">The bundle that the query names.</param>
    /// <param name="query">Untrusted bytes.</param>
    /// <param name="reply">The reply's bytes, or null.</param>
    /// <param name="cancellationToken">Checked between steps.</param>
    public ForestRefusal TryAnswer(ForestKeyBundle keys, ReadOnlySpan<byte> query, out byte[]? reply, CancellationToken cancellationToken = default)
    {
        reply = null;
        ForestRefusal refusal = TryEvaluate(keys, query, out Ciphertext? answer, cancellationToken);
        if (refusal != ForestRefusal.None)
        {
            return refusal;
        }

        using IRandomSource source = random.Create();
        reply = ForestReply.Finish(keys, evaluator, answer!, isBatch: false, query, source);
        return ForestRefusal.None;
    }

    /// <summary>Everything before re-randomising and flooding: a function of query and forest alone, which must not leave as it is.</summary>
    internal ForestRefusal TryEvaluate(ForestKeyBundle keys, ReadOnlySpan<byte> query, out Ciphertext? evaluated, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        evaluated = null;
        ForestRefusal refusal = ForestQuery.TryRead(layout.Set, card, keys, layout.Bits, 1, query, out int rows, out Ciphertext[] read);
        if (refusal != ForestRefusal.None || rows != 1)
        {
            return refusal != ForestRefusal.None ? refusal : ForestRefusal.Layout;
        }

        Parameters parameters = layout.Set.Parameters;
        Ciphertext m = new(parameters);
        Ciphertext v = new(parameters);
        evaluator.MultiplyMatrices([counts, weighted], read[0], keys.Rotations, [m, v]);
        cancellationToken.ThrowIfCancellationRequested();
        Fold(keys, m);
        Fold(keys, v);
        evaluator.AddPlain(m, countConstants, m);
        evaluator.AddPlain(v, weightedConstants, v);
        cancellationToken.ThrowIfCancellationRequested();

        // v (m-1) times (m-D), and y = m (m-D-1) plus a constant for each further pair of factors.
        Ciphertext shifted = new(parameters);
        evaluator.SubtractPlain(m, last, shifted);
        var factors = new List<Ciphertext> { Multiply(keys, v, shifted) };
        evaluator.SubtractPlain(m, afterLast, shifted);
        Ciphertext y = Multiply(keys, m, shifted);
        foreach (Plaintext offset in offsets)
        {
            Ciphertext factor = new(parameters);
            evaluator.AddPlain(y, offset, factor);
            factors.Add(factor);
        }

        while (factors.Count > 1)
        {
            cancellationToken.ThrowIfCancellationRequested();
            factors = [.. factors.Chunk(2).Select(pair => pair.Length == 1 ? pair[0] : Multiply(keys, pair[0], pair[1]))];
        }

        Ciphertext answer = factors[0];
        if (bias is not null)
        {
            evaluator.AddPlain(answer, bias, answer);
        }

        evaluated = answer;
        return ForestRefusal.None;
    }

    /// <summary>Wipes the constants that hold leaf values; the encoded matrices go with the process.</summary>
    public void Dispose()
    {
        countConstants.Dispose();
        weightedConstants.Dispose();
        last.Dispose();
        afterLast.Dispose();
        Array.ForEach(offsets, offset => offset.Dispose());
        bias?.Dispose();
        CryptographicOperations.ZeroMemory(card);
    }

    // v N / (D! copies): coefficient 0 is the sum of all slots over N, and each leaf stands in every copy.
    private ulong[] Values(Modulus t, IReadOnlyList<MismatchLeaf> leaves)
    {
        ulong factor = t.Multiply(t.Reduce((ulong)(layout.Set.Degree / layout.Copies)), t.Invert(Factorial(t, layout.PathFeatures)));
        return [.. leaves.Select(leaf => t.Multiply(t.FromSigned(leaf.Value), factor))];
    }

    private static ulong Factorial(Modulus t, int d)
    {
        ulong product = 1;
        for (int j = 2; j <= d; j++)
        {
            product = t.Multiply(product, (ulong)j);
        }

        return product;
    }

    private EncodedMatrix Encode(Modulus t, IReadOnlyList<MismatchLeaf> leaves, ulong[]? values)
    {
        var factors = new Dictionary<(int Leaf, int Bit), ulong>();
        for (int leaf = 0; leaf < leaves.Count; leaf++)
        {
            foreach (int bit in leaves[leaf].Added)
            {
                factors[(leaf, bit)] = t.Add(factors.GetValueOrDefault((leaf, bit)), 1);
            }

            foreach (int bit in leaves[leaf].Subtracted)
            {
                factors[(leaf, bit)] = t.Subtract(factors.GetValueOrDefault((leaf, bit)), 1);
            }
        }

        ulong[] slots = new ulong[layout.Set.Degree];
        return EncodedMatrix.Encode(
            layout.Plan,
            layout.Set.Parameters.FirstDataLevel,
            diagonal =>
            {
                for (int slot = 0; slot < slots.Length; slot++)
                {
                    int leaf = layout.LeafOf(slot);
                    ulong factor = factors.GetValueOrDefault((leaf, layout.BitUnder(slot, diagonal)));
                    slots[slot] = values is null || factor == 0 ? factor : t.Multiply(factor, values[leaf]);
                }

                return slots;
            },
            evaluator,
            allowZero: true);
    }

    private void Fill(ulong[] slots, Func<int, ulong> value)
    {
        for (int slot = 0; slot < slots.Length; slot++)
        {
            slots[slot] = value(layout.LeafOf(slot));
        }
    }

    private void Fold(ForestKeyBundle keys, Ciphertext sum)
    {
        Ciphertext rotated = new(layout.Set.Parameters);
        foreach (int step in layout.Folds)
        {
            evaluator.ApplyGalois(sum, GaloisElement.FromStep(layout.Set.Parameters, step), keys.Rotations, rotated);
            evaluator.Add(sum, rotated, sum);
        }

        if (layout.Copies > 1)
        {
            evaluator.ApplyGalois(sum, GaloisElement.FromStep(layout.Set.Parameters, 0), keys.Rotations, rotated);
            evaluator.Add(sum, rotated, sum);
        }
    }

    private Ciphertext Multiply(ForestKeyBundle keys, Ciphertext a, Ciphertext b)
    {
        Ciphertext product = new(layout.Set.Parameters);
        evaluator.Multiply(a, b, product);
        Ciphertext relinearized = new(layout.Set.Parameters);
        evaluator.Relinearize(product, keys.Relinearization, relinearized);
        return relinearized;
    }
}
