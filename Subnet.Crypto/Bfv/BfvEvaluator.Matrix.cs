using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Kernels;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Bfv;

public sealed partial class BfvEvaluator
{
    /// <summary>destination = the matrix times the encrypted slots, by the plan of the matrix.</summary>
    /// <param name="matrix">The encoded diagonals.</param>
    /// <param name="a">A ciphertext of two polynomials at the level of the matrix.</param>
    /// <param name="keys">Keys for every step of <see cref="MatrixVectorPlan.RotationSteps"/>.</param>
    /// <param name="destination">Receives the product; may be a.</param>
    /// <exception cref="ArgumentException">Level or parameters do not fit, or a key is missing.</exception>
    /// <exception cref="TransparentCiphertextException">The result could be read by anyone.</exception>
    public void MultiplyMatrix(EncodedMatrix matrix, Ciphertext a, GaloisKeys keys, Ciphertext destination) =>
        MultiplyMatrices([matrix], a, keys, [destination]);

    /// <summary>
    /// Several matrices of one plan times the same encrypted slots. The rotations of the input are hoisted and shared, and the key
    /// switchings of the giant steps are added up before the one division by the special prime. Deterministic, and the same words on
    /// every machine; SEAL has no such operation.
    /// </summary>
    /// <param name="matrices">At least one.</param>
    /// <param name="a">A ciphertext of two polynomials at the level of the matrices.</param>
    /// <param name="keys">Keys for every step of <see cref="MatrixVectorPlan.RotationSteps"/>.</param>
    /// <param name="destinations">One for each matrix, all different; one of them may be a.</param>
    /// <exception cref="ArgumentException">The matrices are of different plans, a level or parameters do not fit, or a key is missing.</exception>
    /// <exception cref="TransparentCiphertextException">A result could be read by anyone.</exception>
    public void MultiplyMatrices(IReadOnlyList<EncodedMatrix> matrices, Ciphertext a, GaloisKeys keys, IReadOnlyList<Ciphertext> destinations)
    {
        CheckMatrices(matrices, a, keys, destinations);
        MatrixVectorPlan plan = matrices[0].Plan;
        int n = Parameters.PolyModulusDegree;
        int inputs = plan.InputRotations.Count + 1;
        using ScratchPool.Scratch rotated = Rent(checked(2 * inputs * a.Level.PolynomialWords));
        RotateInput(plan, a, keys, rotated.Span);
        for (int i = 0; i < matrices.Count; i++)
        {
            int sumWords = 2 * n * matrices[i].GroupEnds.Length;
            using ScratchPool.Scratch sums = Rent(checked(sumWords * a.Level.PrimeCount));
            for (int prime = 0; prime < a.Level.PrimeCount; prime++)
            {
                Parameters.Tables(prime).Kernels.MultiplyLines(
                    matrices[i].Lines(prime), matrices[i].TermInputs, matrices[i].GroupEnds, rotated.Span.Slice(2 * inputs * n * prime, 2 * inputs * n),
                    sums.Span.Slice(sumWords * prime, sumWords));
            }

            destinations[i].Resize(matrices[i].Level, 2);
            destinations[i].IsNttForm = false;
            destinations[i].Scale = 1.0;
            GiantSteps.Add(matrices[i], sums.Span, keys, destinations[i]);
            CheckResult(destinations[i]);
        }
    }

    private void CheckMatrices(IReadOnlyList<EncodedMatrix> matrices, Ciphertext a, GaloisKeys keys, IReadOnlyList<Ciphertext> destinations)
    {
        ArgumentNullException.ThrowIfNull(matrices);
        ArgumentNullException.ThrowIfNull(destinations);
        ArgumentNullException.ThrowIfNull(keys);
        CheckBatching();
        Check(a, nameof(a));
        CheckForm(a, nameof(a));
        CheckKeys(keys.Parameters, nameof(keys));
        if (a.Size != 2)
        {
            throw new ArgumentException($"a matrix product needs 2 polynomials, the ciphertext has {a.Size}; relinearize it first", nameof(a));
        }

        if (matrices.Count == 0 || matrices.Count != destinations.Count)
        {
            throw new ArgumentException($"{matrices.Count} matrices need as many destinations, not {destinations.Count}, and at least one", nameof(destinations));
        }

        MatrixVectorPlan plan = matrices[0].Plan;
        for (int i = 0; i < matrices.Count; i++)
        {
            if (!ReferenceEquals(matrices[i].Plan, plan) || !matrices[i].Level.Matches(a.Level))
            {
                throw new ArgumentException(
                    $"a matrix is encoded for {matrices[i].Level} and its plan, the ciphertext is at {a.Level}; use one plan and level", nameof(matrices));
            }

            for (int j = 0; j < i; j++)
            {
                if (ReferenceEquals(destinations[i], destinations[j]))
                {
                    throw new ArgumentException($"destinations {j} and {i} are the same ciphertext; give each product its own", nameof(destinations));
                }
            }
        }

        for (int i = 0; i < plan.RotationSteps.Count; i++)
        {
            int step = plan.RotationSteps[i];
            if (keys.Find(GaloisElement.FromStep(Parameters, step)) is null)
            {
                throw new ArgumentException($"the plan needs a key for rotation by {step}, there is none; create keys for its RotationSteps", nameof(keys));
            }
        }
    }

    // The input under every baby step, in NTT form and in lines, prime by prime.
    private void RotateInput(MatrixVectorPlan plan, Ciphertext a, GaloisKeys keys, Span<ulong> lines)
    {
        int n = Parameters.PolyModulusDegree;
        int slots = 2 * (plan.InputRotations.Count + 1);
        using ScratchPool.Scratch limb = Rent(n);
        for (int prime = 0; prime < a.Level.PrimeCount; prime++)
        {
            LimbKernels kernels = Parameters.Tables(prime).Kernels;
            for (int polynomial = 0; polynomial < 2; polynomial++)
            {
                kernels.Forward(a.Limb(polynomial, prime), limb.Span);
                kernels.PackLines(limb.Span, polynomial, slots, lines.Slice(slots * n * prime, slots * n));
            }
        }

        Span<int> elements = stackalloc int[plan.InputRotations.Count];
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = GaloisElement.FromStep(Parameters, plan.InputRotations[i]);
        }

        LineSink sink = new(Parameters, lines, slots);
        HoistedRotation.TryApply(a, elements, keys, toNtt: true, exact: false, ref sink);
    }

    /// <summary>Writes hoisted rotations into lines.</summary>
    private readonly ref struct LineSink(Parameters parameters, Span<ulong> lines, int slots) : IRotationSink
    {
        private readonly Span<ulong> _lines = lines;

        public void Accept(int rotation, int prime, ReadOnlySpan<ulong> c0, ReadOnlySpan<ulong> c1)
        {
            int words = slots * parameters.PolyModulusDegree;
            LimbKernels kernels = parameters.Tables(prime).Kernels;
            kernels.PackLines(c0, 2 * (rotation + 1), slots, _lines.Slice(words * prime, words));
            kernels.PackLines(c1, (2 * (rotation + 1)) + 1, slots, _lines.Slice(words * prime, words));
        }
    }
}
