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
    public void MultiplyMatrix(EncodedMatrix matrix, Ciphertext a, GaloisKeys keys, Ciphertext destination) =>
        MultiplyMatrices([matrix], a, keys, [destination]);

    /// <summary>Several matrices of one plan times the same encrypted slots: the rotations of the input are shared.</summary>
    /// <exception cref="ArgumentException">The matrices are of different plans, a level or parameters do not fit, or a key is missing.</exception>
    public void MultiplyMatrices(IReadOnlyList<EncodedMatrix> matrices, Ciphertext a, GaloisKeys keys, IReadOnlyList<Ciphertext> destinations)
    {
        ArgumentNullException.ThrowIfNull(matrices);
        ArgumentNullException.ThrowIfNull(destinations);
        ArgumentNullException.ThrowIfNull(keys);
        Check(a, nameof(a));
        CheckForm(a, nameof(a));
        if (matrices.Count == 0 || matrices.Count != destinations.Count)
        {
            throw new ArgumentException($"{matrices.Count} matrices need as many destinations, not {destinations.Count}, and at least one", nameof(destinations));
        }

        MatrixVectorPlan plan = matrices[0].Plan;
        foreach (EncodedMatrix matrix in matrices)
        {
            if (!ReferenceEquals(matrix.Plan, plan) || !matrix.Level.Matches(a.Level))
            {
                throw new ArgumentException($"a matrix is encoded for {matrix.Level} and its plan, the ciphertext is at {a.Level}; use one plan and level", nameof(matrices));
            }
        }

        foreach (int step in plan.RotationSteps)
        {
            if (keys.Find(GaloisElement.FromStep(Parameters, step)) is null)
            {
                throw new ArgumentException($"the plan needs a key for rotation by {step}, there is none; create keys for its RotationSteps", nameof(keys));
            }
        }

        // The input under every baby step, in NTT form.
        Dictionary<int, Ciphertext> rotated = [];
        foreach (int step in plan.InputRotations.Prepend(0))
        {
            Ciphertext copy = new(Parameters);
            RotateRows(a, step, keys, copy);
            TransformToNtt(copy, copy);
            rotated.Add(step, copy);
        }

        for (int i = 0; i < matrices.Count; i++)
        {
            SumGiantSteps(matrices[i], rotated, keys, destinations[i]);
        }
    }

    private void SumGiantSteps(EncodedMatrix matrix, Dictionary<int, Ciphertext> rotated, GaloisKeys keys, Ciphertext destination)
    {
        Level level = matrix.Level;
        int baby = matrix.Plan.BabySteps;
        Ciphertext part = new(Parameters);
        bool first = true;
        foreach (IGrouping<int, int> group in matrix.Plan.Diagonals.GroupBy(d => d - (d % baby)))
        {
            part.Resize(level, 2);
            part.IsNttForm = true;
            part.Scale = 1.0;
            part.Words.Clear();
            foreach (int d in group)
            {
                Plaintext diagonal = matrix.Diagonal(d);
                Ciphertext input = rotated[d % baby];
                for (int polynomial = 0; polynomial < 2; polynomial++)
                {
                    for (int prime = 0; prime < level.PrimeCount; prime++)
                    {
                        Parameters.Tables(prime).Kernels.MultiplyAdd(
                            input.Limb(polynomial, prime), diagonal.Limb(prime), part.Limb(polynomial, prime));
                    }
                }
            }

            TransformFromNtt(part, part);
            RotateRows(part, group.Key, keys, part);
            if (first)
            {
                destination.CopyFrom(part);
            }
            else
            {
                Add(destination, part, destination);
            }

            first = false;
        }
    }
}
