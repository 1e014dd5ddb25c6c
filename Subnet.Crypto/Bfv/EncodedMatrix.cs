using Subnet.Crypto.Lattice;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Bfv;

/// <summary>
/// The diagonals of a matrix, encoded for one plan and level and transformed, in the order in which a product walks over them, ready
/// for any number of products. 8 N L bytes per diagonal. Immutable and safe for concurrent use.
/// </summary>
public sealed class EncodedMatrix
{
    private readonly WordBuffer[] _lines;
    private readonly int[] _termInputs;
    private readonly int[] _groupEnds;
    private readonly int[] _groupSteps;

    private EncodedMatrix(MatrixVectorPlan plan, Level level)
    {
        Plan = plan;
        Level = level;
        int[] inputs = [0, .. plan.InputRotations];
        _termInputs = [.. plan.Diagonals.Select(d => Array.IndexOf(inputs, d % plan.BabySteps))];
        _groupSteps = [.. plan.Diagonals.Select(d => d - (d % plan.BabySteps)).Distinct()];
        _groupEnds = [.. _groupSteps.Select(g => plan.Diagonals.Count(d => d < g + plan.BabySteps))];
        _lines = new WordBuffer[level.PrimeCount];
        for (int prime = 0; prime < _lines.Length; prime++)
        {
            _lines[prime] = new WordBuffer(checked(plan.Parameters.PolyModulusDegree * plan.Diagonals.Count));
        }
    }

    /// <summary>The plan.</summary>
    public MatrixVectorPlan Plan { get; }

    /// <summary>The level of the ciphertexts it multiplies.</summary>
    public Level Level { get; }

    /// <summary>For each diagonal, which rotation of the input it multiplies: 0 is none, i is number i - 1 of the plan's.</summary>
    internal ReadOnlySpan<int> TermInputs => _termInputs;

    /// <summary>For each giant step, one past its last diagonal.</summary>
    internal ReadOnlySpan<int> GroupEnds => _groupEnds;

    /// <summary>The giant steps.</summary>
    internal ReadOnlySpan<int> GroupSteps => _groupSteps;

    /// <summary>Encodes the diagonals of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="level">The level of the ciphertexts.</param>
    /// <param name="diagonal">The N slots of a diagonal, both rows, values below t.</param>
    /// <param name="evaluator">Brings them to NTT form.</param>
    /// <param name="allowZero">Whether a diagonal may be zero everywhere: where the plan must not tell which are.</param>
    /// <exception cref="ArgumentException">A diagonal has not N values below t, or is zero everywhere and must not be.</exception>
    public static EncodedMatrix Encode(MatrixVectorPlan plan, Level level, Func<int, ReadOnlyMemory<ulong>> diagonal, BfvEvaluator evaluator, bool allowZero = false)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(level);
        ArgumentNullException.ThrowIfNull(diagonal);
        ArgumentNullException.ThrowIfNull(evaluator);
        BatchEncoder encoder = new(plan.Parameters);
        int half = encoder.SlotCount / 2;
        ulong[] rotated = new ulong[encoder.SlotCount];
        EncodedMatrix matrix = new(plan, level);
        using Plaintext coefficients = new();
        using Plaintext inNtt = new();
        for (int term = 0; term < plan.Diagonals.Count; term++)
        {
            int d = plan.Diagonals[term];
            ReadOnlySpan<ulong> values = diagonal(d).Span;
            if (values.Length != encoder.SlotCount || (!allowZero && values.IndexOfAnyExcept(0UL) < 0))
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

            encoder.Encode(rotated, coefficients);
            evaluator.TransformToNtt(coefficients, level, inNtt);
            for (int prime = 0; prime < level.PrimeCount; prime++)
            {
                plan.Parameters.Tables(prime).Kernels.PackLines(inNtt.Limb(prime), term, plan.Diagonals.Count, matrix._lines[prime].Span);
            }
        }

        return matrix;
    }

    /// <summary>The diagonals modulo one prime, in lines.</summary>
    internal ReadOnlySpan<ulong> Lines(int prime) => _lines[prime].Span;
}
