using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Planning;

/// <summary>
/// A value in the description of a BFV circuit. Nodes know nothing of parameters or data: what they cost and how noisy they are is
/// worked out for each candidate. A node that stands at several places is computed once. Immutable.
/// </summary>
public abstract class CircuitNode
{
    private protected CircuitNode(params IReadOnlyList<CircuitNode> operands) => Operands = operands;

    /// <summary>The values it is made of.</summary>
    internal IReadOnlyList<CircuitNode> Operands { get; }

    /// <summary>An uploaded ciphertext, or so many alike.</summary>
    /// <param name="count">How many ciphertexts of the query stand behind it.</param>
    /// <param name="isSymmetric">Whether the client encrypts with the secret key, as a client with seeds does.</param>
    public static CircuitNode Input(int count = 1, bool isSymmetric = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return new InputNode(count, isSymmetric);
    }

    /// <summary>This plus another value that was computed apart.</summary>
    public CircuitNode Add(CircuitNode other) => new SumNode(this, other);

    /// <summary>The sum of so many values like this, each computed apart.</summary>
    public CircuitNode SumOf(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return new ManyNode(this, count);
    }

    /// <summary>Times an integer up to so large.</summary>
    public CircuitNode MultiplyScalar(double largest) => new PlainNode(this, _ => (largest, largest * largest), isScalar: true);

    /// <summary>Times a plaintext whose centred coefficients have this sum of absolute values and of squares.</summary>
    public CircuitNode MultiplyPlain(double norm1, double squares) => new PlainNode(this, _ => (norm1, squares), isScalar: false);

    /// <summary>Times any batch-encoded plaintext.</summary>
    public CircuitNode MultiplyBatch() => new PlainNode(
        this, tracker => (tracker.Bounds.LargestPlainNorm, tracker.Parameters.PolyModulusDegree * (double)tracker.Parameters.PlainModulus * tracker.Parameters.PlainModulus / 12), isScalar: false);

    /// <summary>Times another value that was computed apart.</summary>
    /// <param name="other">The other factor.</param>
    /// <param name="relinearize">Whether to relinearize at once; sums of products need it only at the end.</param>
    public CircuitNode Multiply(CircuitNode other, bool relinearize = true) => Relinearized(new ProductNode(this, other), relinearize);

    /// <summary>Times itself.</summary>
    public CircuitNode Square(bool relinearize = true) => Relinearized(new ProductNode(this, this), relinearize);

    /// <summary>Brought back to two polynomials.</summary>
    public CircuitNode Relinearize() => new SwitchNode(this, isRotation: false);

    /// <summary>Rotated by one step, which takes a Galois key.</summary>
    public CircuitNode Rotate() => new SwitchNode(this, isRotation: true);

    /// <summary>Times so many matrices of one plan, by diagonals, baby steps and giant steps; this is one of the products.</summary>
    /// <param name="diagonals">Diagonals that are not zero.</param>
    /// <param name="babySteps">B.</param>
    /// <param name="matrices">Matrices that share the rotations of the input.</param>
    public CircuitNode MultiplyMatrix(int diagonals, int babySteps, int matrices = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(diagonals, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(babySteps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(matrices, 1);
        return new MatrixNode(this, diagonals, babySteps, matrices);
    }

    /// <summary>Plus a fresh encryption of zero, under a public key.</summary>
    public CircuitNode Rerandomize() => new ZeroNode(this);

    private static CircuitNode Relinearized(CircuitNode product, bool relinearize) => relinearize ? product.Relinearize() : product;

    /// <summary>Its noise, given that of its operands.</summary>
    internal abstract NoiseLevel Noise(NoiseTracker tracker, Level level, IReadOnlyList<NoiseLevel> operands);

    /// <summary>What computing it once takes.</summary>
    internal abstract CircuitWork Work(Level level);

    /// <summary>How often each operand is computed for it.</summary>
    internal virtual int Repetitions => 1;

    /// <summary>Galois keys that it alone needs.</summary>
    internal virtual int GaloisKeys => 0;

    /// <summary>Whether it needs a relinearization key.</summary>
    internal virtual bool NeedsRelinearization => false;

    /// <summary>Whether it needs a public key.</summary>
    internal virtual bool NeedsPublicKey => false;

    internal sealed class InputNode(int count, bool isSymmetric) : CircuitNode
    {
        /// <summary>Ciphertexts of the query.</summary>
        public int Count => count;

        internal override NoiseLevel Noise(NoiseTracker tracker, Level level, IReadOnlyList<NoiseLevel> operands) =>
            isSymmetric ? NoiseTracker.FreshSymmetric : tracker.FreshPublic;

        internal override CircuitWork Work(Level level) => default;
    }

    private sealed class SumNode(CircuitNode a, CircuitNode b) : CircuitNode([a, b])
    {
        internal override NoiseLevel Noise(NoiseTracker tracker, Level level, IReadOnlyList<NoiseLevel> operands) =>
            ReferenceEquals(a, b) ? NoiseTracker.MultiplyScalar(operands[0], 2) : NoiseTracker.Add(operands[0], operands[1]);

        internal override CircuitWork Work(Level level) => CircuitWork.Sum(level);
    }

    private sealed class ManyNode(CircuitNode a, int count) : CircuitNode([a])
    {
        internal override int Repetitions => count;

        internal override NoiseLevel Noise(NoiseTracker tracker, Level level, IReadOnlyList<NoiseLevel> operands) => NoiseTracker.AddMany(operands[0], count);

        internal override CircuitWork Work(Level level) => CircuitWork.Sum(level) * (count - 1);
    }

    private sealed class PlainNode(CircuitNode a, Func<NoiseTracker, (double Norm1, double Squares)> size, bool isScalar) : CircuitNode([a])
    {
        internal override NoiseLevel Noise(NoiseTracker tracker, Level level, IReadOnlyList<NoiseLevel> operands)
        {
            (double norm1, double squares) = size(tracker);
            return NoiseTracker.MultiplyPlain(operands[0], norm1, squares);
        }

        internal override CircuitWork Work(Level level) => isScalar ? CircuitWork.Sum(level) : CircuitWork.PlainProduct(level);
    }

    private sealed class ProductNode(CircuitNode a, CircuitNode b) : CircuitNode([a, b])
    {
        internal override NoiseLevel Noise(NoiseTracker tracker, Level level, IReadOnlyList<NoiseLevel> operands) =>
            ReferenceEquals(a, b) ? tracker.Square(level, operands[0]) : tracker.Multiply(level, operands[0], operands[1]);

        internal override CircuitWork Work(Level level) => CircuitWork.Product(level, ReferenceEquals(a, b));
    }

    private sealed class SwitchNode(CircuitNode a, bool isRotation) : CircuitNode([a])
    {
        internal override int GaloisKeys => isRotation ? 1 : 0;

        internal override bool NeedsRelinearization => !isRotation;

        internal override NoiseLevel Noise(NoiseTracker tracker, Level level, IReadOnlyList<NoiseLevel> operands) => tracker.KeySwitch(level, operands[0]);

        internal override CircuitWork Work(Level level) => CircuitWork.KeySwitch(level);
    }

    private sealed class MatrixNode(CircuitNode a, int diagonals, int babySteps, int matrices) : CircuitNode([a])
    {
        internal override int GaloisKeys => Math.Min(babySteps, diagonals) - 1 + SumRotations;

        private int SumRotations => (diagonals + babySteps - 1) / babySteps - 1;

        internal override NoiseLevel Noise(NoiseTracker tracker, Level level, IReadOnlyList<NoiseLevel> operands) =>
            tracker.MultiplyMatrix(level, operands[0], diagonals, SumRotations);

        internal override CircuitWork Work(Level level) => CircuitWork.Matrix(level, diagonals, Math.Min(babySteps, diagonals) - 1, SumRotations, matrices);
    }

    private sealed class ZeroNode(CircuitNode a) : CircuitNode([a])
    {
        internal override bool NeedsPublicKey => true;

        internal override NoiseLevel Noise(NoiseTracker tracker, Level level, IReadOnlyList<NoiseLevel> operands) => tracker.Rerandomize(operands[0]);

        internal override CircuitWork Work(Level level) => CircuitWork.PlainProduct(level);
    }
}
