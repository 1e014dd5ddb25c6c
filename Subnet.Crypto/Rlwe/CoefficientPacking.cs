namespace Subnet.Crypto.Rlwe;

/// <summary>
/// Integer dot products in the coefficients of one product of polynomials (parameters 2): R rows of n features times K weight
/// vectors, R K n at most N. Feature i of row p stands at p K n + i, weight i of class k at k n + n - 1 - i, and the answer of row p
/// and class k comes out at (p K + k) n + n - 1, which no other term reaches, wrap-around included. No rotation and no key is
/// needed, and t may be any integer, a power of two as well. Immutable.
/// </summary>
/// <remarks>
/// One row and one class can have the answer in the constant coefficient instead: <see cref="EncodeConstantWeights"/>. The other
/// coefficients of a product hold sums that say more than the answers: send only the answers (<see cref="LweCiphertext"/>, or
/// overwrite the rest).
/// </remarks>
public sealed class CoefficientPacking
{
    /// <summary>A layout.</summary>
    /// <param name="parameters">BFV parameters: N and t.</param>
    /// <param name="features">n, at least 1.</param>
    /// <param name="classes">K, at least 1.</param>
    /// <param name="rows">R, at least 1.</param>
    /// <exception cref="ArgumentException">The scheme is not BFV, or R K n is above N.</exception>
    public CoefficientPacking(Parameters parameters, int features, int classes = 1, int rows = 1)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        if (parameters.Scheme != Scheme.Bfv)
        {
            throw new ArgumentException($"integers are packed into BFV plaintexts, not into those of {parameters}", nameof(parameters));
        }

        if ((Int128)features * classes * rows > parameters.PolyModulusDegree)
        {
            throw new ArgumentException(
                $"{rows} rows of {features} features for {classes} classes need {(Int128)features * classes * rows} coefficients, there are {parameters.PolyModulusDegree}; "
                + "use fewer rows, several ciphertexts or a larger degree", nameof(features));
        }

        Parameters = parameters;
        Features = features;
        Classes = classes;
        Rows = rows;
    }

    /// <summary>The parameters.</summary>
    public Parameters Parameters { get; }

    /// <summary>n.</summary>
    public int Features { get; }

    /// <summary>K.</summary>
    public int Classes { get; }

    /// <summary>R.</summary>
    public int Rows { get; }

    /// <summary>The most rows that fit.</summary>
    public static int LargestRowCount(Parameters parameters, int features, int classes = 1)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        return (int)(parameters.PolyModulusDegree / ((long)features * classes));
    }

    /// <summary>Where the answer of a row and class comes out.</summary>
    public int AnswerPosition(int row, int @class)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)@class, (uint)Classes, nameof(@class));
        return (((row * Classes) + @class) * Features) + Features - 1;
    }

    /// <summary>All answer positions, row by row, class by class.</summary>
    public int[] AnswerPositions() => [.. Enumerable.Range(0, Rows * Classes).Select(i => AnswerPosition(i / Classes, i % Classes))];

    /// <summary>Encodes rows of features.</summary>
    /// <param name="values">Up to R rows one after the other, n numbers each, absolute value below t/2; missing rows are zero.</param>
    /// <param name="destination">Receives the plaintext.</param>
    /// <exception cref="ArgumentException">The number of values is not that of rows, or one is out of range.</exception>
    public void EncodeRows(ReadOnlySpan<long> values, Plaintext destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (values.Length % Features != 0 || values.Length > Rows * Features)
        {
            throw new ArgumentException($"up to {Rows} rows of {Features} features are needed, not {values.Length} values", nameof(values));
        }

        Span<ulong> coefficients = Empty(destination);
        for (int i = 0; i < values.Length; i++)
        {
            coefficients[(i / Features * Classes * Features) + (i % Features)] = Residue(values[i]);
        }
    }

    /// <summary>Encodes the weights of all classes.</summary>
    /// <param name="values">K n numbers, class by class, absolute value below t/2.</param>
    /// <param name="destination">Receives the plaintext.</param>
    /// <exception cref="ArgumentException">There are not K n values, or one is out of range.</exception>
    public void EncodeWeights(ReadOnlySpan<long> values, Plaintext destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        CheckWeights(values.Length);
        Span<ulong> coefficients = Empty(destination);
        for (int i = 0; i < values.Length; i++)
        {
            coefficients[(i / Features * Features) + Features - 1 - (i % Features)] = Residue(values[i]);
        }
    }

    /// <summary>
    /// Encodes the weights of one class so that the answer of row 0 is the constant coefficient: w_0 - sum of w_i X^(N - i).
    /// </summary>
    /// <exception cref="ArgumentException">There are not n values, there is more than one class or row, or a value is out of range.</exception>
    public void EncodeConstantWeights(ReadOnlySpan<long> values, Plaintext destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (Classes != 1 || Rows != 1)
        {
            throw new ArgumentException($"the constant coefficient holds one answer, this layout has {Rows * Classes}", nameof(values));
        }

        CheckWeights(values.Length);
        Span<ulong> coefficients = Empty(destination);
        coefficients[0] = Residue(values[0]);
        for (int i = 1; i < values.Length; i++)
        {
            coefficients[^i] = Residue(-values[i]);
        }
    }

    /// <summary>Reads the answers, each between -t/2 and t/2, row by row, class by class.</summary>
    /// <exception cref="ArgumentException">The plaintext is not one of these parameters in coefficient form.</exception>
    public long[] ReadAnswers(Plaintext plaintext)
    {
        PlainOperand.CheckCoefficients(plaintext, Parameters);
        long[] answers = new long[Rows * Classes];
        for (int i = 0; i < answers.Length; i++)
        {
            int position = AnswerPosition(i / Classes, i % Classes);
            answers[i] = position < plaintext.Count ? Centre(plaintext.Words[position]) : 0;
        }

        return answers;
    }

    /// <summary>The number between -t/2 and t/2 that a residue stands for.</summary>
    public long Centre(ulong residue) =>
        residue >= (Parameters.PlainModulus + 1) / 2 ? -(long)(Parameters.PlainModulus - residue) : (long)residue;

    private Span<ulong> Empty(Plaintext destination)
    {
        Span<ulong> coefficients = destination.ResizeCoefficients(Parameters.PolyModulusDegree);
        coefficients.Clear();
        return coefficients;
    }

    private void CheckWeights(int count)
    {
        if (count != Classes * Features)
        {
            throw new ArgumentException($"{Classes} classes of {Features} weights are needed, not {count} values", nameof(count));
        }
    }

    private ulong Residue(long value)
    {
        ulong magnitude = (ulong)(value < 0 ? -(Int128)value : value);
        if (2 * (UInt128)magnitude >= Parameters.PlainModulus)
        {
            throw new ArgumentException($"a value does not fit between -t/2 and t/2 for the plain modulus {Parameters.PlainModulus}; scale it down or use a larger one");
        }

        return value < 0 ? Parameters.PlainModulus - magnitude : magnitude;
    }
}
