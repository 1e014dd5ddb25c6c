using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Bfv;

/// <summary>
/// The diagonals of a matrix, encoded for one plan and level and in NTT form, ready for any number of products. 8 N L bytes per
/// diagonal. Immutable and safe for concurrent use.
/// </summary>
public sealed class EncodedMatrix
{
    private readonly Dictionary<int, Plaintext> _diagonals;

    private EncodedMatrix(MatrixVectorPlan plan, Level level, Dictionary<int, Plaintext> diagonals)
    {
        Plan = plan;
        Level = level;
        _diagonals = diagonals;
    }

    /// <summary>The plan.</summary>
    public MatrixVectorPlan Plan { get; }

    /// <summary>The level of the ciphertexts it multiplies.</summary>
    public Level Level { get; }

    /// <summary>Encodes the diagonals of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="level">The level of the ciphertexts.</param>
    /// <param name="diagonal">The N slots of a diagonal, both rows, values below t.</param>
    /// <param name="evaluator">Brings them to NTT form.</param>
    /// <exception cref="ArgumentException">A diagonal has not N values below t, or is zero everywhere.</exception>
    public static EncodedMatrix Encode(MatrixVectorPlan plan, Level level, Func<int, ReadOnlyMemory<ulong>> diagonal, BfvEvaluator evaluator)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(level);
        ArgumentNullException.ThrowIfNull(diagonal);
        ArgumentNullException.ThrowIfNull(evaluator);
        BatchEncoder encoder = new(plan.Parameters);
        int half = encoder.SlotCount / 2;
        ulong[] rotated = new ulong[encoder.SlotCount];
        Dictionary<int, Plaintext> encoded = [];
        foreach (int d in plan.Diagonals)
        {
            ReadOnlySpan<ulong> values = diagonal(d).Span;
            if (values.Length != encoder.SlotCount || values.IndexOfAnyExcept(0UL) < 0)
            {
                throw new ArgumentException($"diagonal {d} needs {encoder.SlotCount} values that are not all zero; leave zero diagonals out of the plan", nameof(diagonal));
            }

            // Rotated back by the giant step, which is applied to the sum later.
            int giant = d - (d % plan.BabySteps);
            for (int i = 0; i < half; i++)
            {
                rotated[(i + giant) % half] = values[i];
                rotated[half + ((i + giant) % half)] = values[half + i];
            }

            using Plaintext coefficients = new();
            encoder.Encode(rotated, coefficients);
            Plaintext inNtt = new();
            evaluator.TransformToNtt(coefficients, level, inNtt);
            encoded.Add(d, inNtt);
        }

        return new EncodedMatrix(plan, level, encoded);
    }

    /// <summary>The encoded diagonal d.</summary>
    internal Plaintext Diagonal(int d) => _diagonals[d];
}
