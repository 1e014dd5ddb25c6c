using System.Security.Cryptography;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Forests;

/// <summary>
/// <c>forest-batch</c>: trees whose structure and leaves are private, a patient a slot (encrypted-inference 3b, b2; parameters 3). A node is worth zero + bit (one - zero): Horner
/// on the tree, depth - 1 products deep; the products of the roots are added up before the one relinearisation. Safe for
/// concurrent use.
/// </summary>
public sealed class BatchForest : IDisposable
{
    private readonly byte[] card;
    private readonly ForestSet set;
    private readonly int bits;
    private readonly IReadOnlyList<BatchTree> trees;
    private readonly long constant;
    private readonly IRandomSourceFactory random;
    private readonly BfvEvaluator evaluator;

    /// <summary>Takes a forest.</summary>
    /// <param name="card">Hash of the card, 32 bytes.</param>
    /// <param name="set">The set.</param>
    /// <param name="bits">n: the ciphertexts of a query.</param>
    /// <param name="trees">At least one; every bit below n.</param>
    /// <param name="constant">Added to every answer.</param>
    /// <param name="random">The operating system's generator in production; one source is taken for each reply.</param>
    /// <exception cref="ArgumentException">No tree branches, or the set leaves no margin for flooding.</exception>
    public BatchForest(ReadOnlySpan<byte> card, ForestSet set, int bits, IReadOnlyList<BatchTree> trees, long constant, IRandomSourceFactory random)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(trees);
        int depth = trees.Count == 0 ? 0 : trees.Max(tree => tree.Depth);
        var noise = new ForestNoise(set);
        if (depth == 0 || !noise.Admits(noise.Batch(depth, trees.Count)))
        {
            throw new ArgumentException($"{trees.Count} trees of depth {depth} are not served under {set}");
        }

        this.card = card.ToArray();
        this.set = set;
        this.bits = bits;
        this.trees = trees;
        this.constant = constant;
        this.random = random;
        evaluator = new BfvEvaluator(set.Parameters);
    }

    /// <summary>Answers a query.</summary>
    /// <param name="keys">The bundle that the query names.</param>
    /// <param name="query">Untrusted bytes.</param>
    /// <param name="reply">The reply's bytes, or null.</param>
    /// <param name="progress">Told how many trees are done.</param>
    /// <param name="cancellationToken">Checked between trees.</param>
    public ForestRefusal TryAnswer(
        ForestKeyBundle keys, ReadOnlySpan<byte> query, out byte[]? reply, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        reply = null;
        ForestRefusal refusal = TryEvaluate(keys, query, out Ciphertext? answer, progress, cancellationToken);
        if (refusal != ForestRefusal.None)
        {
            return refusal;
        }

        using IRandomSource source = random.Create();
        reply = ForestReply.Finish(keys, evaluator, answer!, isBatch: true, query, source);
        return ForestRefusal.None;
    }

    /// <summary>Everything before re-randomising and flooding: a function of query and forest alone, which must not leave as it is.</summary>
    internal ForestRefusal TryEvaluate(
        ForestKeyBundle keys, ReadOnlySpan<byte> query, out Ciphertext? evaluated, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        evaluated = null;
        ForestRefusal refusal = ForestQuery.TryRead(set, card, keys, bits, bits, query, out int rows, out Ciphertext[] read);
        if (refusal != ForestRefusal.None || rows < 1 || rows > set.Degree)
        {
            return refusal != ForestRefusal.None ? refusal : ForestRefusal.Layout;
        }

        evaluated = Evaluate(keys, read, cancellationToken, progress);
        return ForestRefusal.None;
    }

    /// <summary>Forgets the card.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(card);

    private Ciphertext Evaluate(ForestKeyBundle keys, Ciphertext[] read, CancellationToken cancellationToken, IProgress<long>? progress)
    {
        // Linear terms, products of roots as they are (three polynomials), and constants.
        Ciphertext? linear = null;
        Ciphertext? products = null;
        long constants = constant;
        for (int i = 0; i < trees.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Value value = Of(trees[i], keys, read, isRoot: true);
            constants += value.Constant;
            linear = Sum(linear, value.Linear);
            products = Sum(products, value.Product);
            progress?.Report(i + 1);
        }

        Ciphertext answer = new(set.Parameters);
        if (products is not null)
        {
            evaluator.Relinearize(products, keys.Relinearization, answer);
            linear = Sum(linear, answer);
        }

        answer = linear ?? throw new InvalidOperationException("a forest without any product has no private answer");
        return AddConstant(answer, constants);
    }

    private readonly record struct Value(long Constant, Ciphertext? Linear, Ciphertext? Product);

    // zero + bit (one - zero); a root keeps its product as it is.
    private Value Of(BatchTree tree, ForestKeyBundle keys, Ciphertext[] read, bool isRoot)
    {
        if (tree is BatchTree.Leaf leaf)
        {
            return new Value(leaf.Value, null, null);
        }

        var node = (BatchTree.Node)tree;
        Value zero = Of(node.Zero, keys, read, isRoot: false);
        Value one = Of(node.One, keys, read, isRoot: false);
        Ciphertext bit = read[node.Bit];
        if (zero.Linear is null && one.Linear is null)
        {
            return new Value(zero.Constant, Scale(bit, one.Constant - zero.Constant), null);
        }

        Ciphertext difference = Difference(one.Linear, zero.Linear);
        difference = AddConstant(difference, one.Constant - zero.Constant);
        Ciphertext product = new(set.Parameters);
        evaluator.Multiply(bit, difference, product);
        if (isRoot)
        {
            return new Value(zero.Constant, zero.Linear, product);
        }

        Ciphertext relinearized = new(set.Parameters);
        evaluator.Relinearize(product, keys.Relinearization, relinearized);
        return new Value(zero.Constant, Sum(relinearized, zero.Linear), null);
    }

    private Ciphertext Difference(Ciphertext? a, Ciphertext? b)
    {
        Ciphertext difference = new(set.Parameters);
        if (a is null)
        {
            evaluator.Negate(b!, difference);
        }
        else if (b is null)
        {
            difference.CopyFrom(a);
        }
        else
        {
            evaluator.Subtract(a, b, difference);
        }

        return difference;
    }

    private Ciphertext? Sum(Ciphertext? a, Ciphertext? b)
    {
        if (a is null || b is null)
        {
            return a ?? b?.Clone();
        }

        evaluator.Add(a, b, a);
        return a;
    }

    // The factor enters with its magnitude: t - |c| would cost the noise of a large one.
    private Ciphertext? Scale(Ciphertext bit, long factor)
    {
        if (factor == 0)
        {
            return null;
        }

        using Plaintext magnitude = new([(ulong)Math.Abs(factor)]);
        Ciphertext scaled = new(set.Parameters);
        evaluator.MultiplyPlain(bit, magnitude, scaled);
        if (factor < 0)
        {
            evaluator.Negate(scaled, scaled);
        }

        return scaled;
    }

    // A constant polynomial is the same constant in every slot.
    private Ciphertext AddConstant(Ciphertext a, long value)
    {
        ulong residue = new Modulus(ForestSet.PlainModulus).FromSigned(value);
        if (residue != 0)
        {
            using Plaintext constant = new([residue]);
            evaluator.AddPlain(a, constant, a);
        }

        return a;
    }
}
