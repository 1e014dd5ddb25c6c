using System.Numerics;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Kernels;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Ckks;

/// <summary>
/// Puts up to N/2 complex or real numbers into the slots of a CKKS plaintext and back. Slot i is m(zeta^(3^i)) / scale with
/// zeta = exp(pi i / N); coefficients are rounded half away from zero (seal-format 9.2). Immutable and safe for concurrent use.
/// </summary>
/// <remarks>
/// The result depends on floating-point rounding, but on this machine's registers it does not: every width gives the same words.
/// SEAL's transform rounds elsewhere, so a few coefficients may differ from its by one.
/// </remarks>
public sealed partial class CkksEncoder
{
    private readonly ComplexTransform _transform;
    private readonly int[] _positions;
    private readonly Lazy<CrtComposition>[] _compositions;

    /// <summary>An encoder for CKKS parameters.</summary>
    /// <exception cref="ArgumentException">The scheme is not CKKS.</exception>
    public CkksEncoder(Parameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (parameters.Scheme != Scheme.Ckks)
        {
            throw new ArgumentException($"the CKKS encoder does not work on {parameters}", nameof(parameters));
        }

        Parameters = parameters;
        _transform = ComplexTransform.For(parameters.PolyModulusDegree);
        _positions = Positions(parameters.PolyModulusDegree);
        _compositions =
        [
            .. Enumerable.Range(0, parameters.Moduli.Length + 1).Select(primes => new Lazy<CrtComposition>(
                () => CrtComposition.For(parameters.PolyModulusDegree, parameters.Moduli[..primes]))),
        ];
    }

    /// <summary>The parameters.</summary>
    public Parameters Parameters { get; }

    /// <summary>N/2.</summary>
    public int SlotCount => _positions.Length;

    /// <summary>Encodes up to N/2 complex numbers; missing ones are zero.</summary>
    /// <param name="values">Finite numbers.</param>
    /// <param name="level">The level of the plaintext.</param>
    /// <param name="scale">The factor: precision is about log2 scale bits.</param>
    /// <param name="destination">Receives the plaintext.</param>
    /// <exception cref="ArgumentException">There are too many values, one is not finite, or scale or result do not fit the level.</exception>
    public void Encode(ReadOnlySpan<Complex> values, Level level, double scale, Plaintext destination)
    {
        CheckEncode(values.Length, level, scale, destination);
        using ScratchPool.Scratch scratch = Parameters.Scratch.Rent(2 * SlotCount, isSecret: true);
        Span<double> coefficients = AsDoubles(scratch.Span);
        Span<double> real = coefficients[..SlotCount];
        Span<double> imaginary = coefficients[SlotCount..];
        coefficients.Clear();
        for (int i = 0; i < values.Length; i++)
        {
            // A negative entry: the position holds the conjugate.
            int sign = _positions[i] >> 31;
            int position = _positions[i] ^ sign;
            real[position] = values[i].Real;
            imaginary[position] = sign == 0 ? values[i].Imaginary : -values[i].Imaginary;
        }

        EncodeCoefficients(coefficients, level, scale, destination);
    }

    /// <summary>Encodes up to N/2 real numbers; missing ones are zero.</summary>
    /// <inheritdoc cref="Encode(ReadOnlySpan{Complex}, Level, double, Plaintext)"/>
    public void Encode(ReadOnlySpan<double> values, Level level, double scale, Plaintext destination)
    {
        CheckEncode(values.Length, level, scale, destination);
        using ScratchPool.Scratch scratch = Parameters.Scratch.Rent(2 * SlotCount, isSecret: true);
        Span<double> coefficients = AsDoubles(scratch.Span);
        coefficients.Clear();
        for (int i = 0; i < values.Length; i++)
        {
            int sign = _positions[i] >> 31;
            coefficients[_positions[i] ^ sign] = values[i];
        }

        EncodeCoefficients(coefficients, level, scale, destination);
    }

    /// <summary>Encodes at the first data level.</summary>
    /// <inheritdoc cref="Encode(ReadOnlySpan{Complex}, Level, double, Plaintext)"/>
    public void Encode(ReadOnlySpan<Complex> values, double scale, Plaintext destination) =>
        Encode(values, Parameters.FirstDataLevel, scale, destination);

    /// <summary>Encodes at the first data level.</summary>
    /// <inheritdoc cref="Encode(ReadOnlySpan{Complex}, Level, double, Plaintext)"/>
    public void Encode(ReadOnlySpan<double> values, double scale, Plaintext destination) =>
        Encode(values, Parameters.FirstDataLevel, scale, destination);

    /// <summary>Encodes one real number into every slot: a constant polynomial, without a transform.</summary>
    /// <inheritdoc cref="Encode(ReadOnlySpan{Complex}, Level, double, Plaintext)"/>
    public void Encode(double value, Level level, double scale, Plaintext destination)
    {
        CheckEncode(1, level, scale, destination);
        double scaled = value * scale;
        CheckMagnitude(Math.Abs(scaled), level);
        scaled = Math.Round(scaled, MidpointRounding.AwayFromZero);
        Span<ulong> words = destination.ResizeNtt(level, scale);
        int n = Parameters.PolyModulusDegree;
        for (int i = 0; i < level.PrimeCount; i++)
        {
            words.Slice(i * n, n).Fill(DoubleResidue.Reduce(scaled, level.Moduli[i]));
        }
    }

    /// <summary>
    /// Encodes one complex number into every slot. Unlike a real one it is no constant polynomial (slots at 3^i and 1 modulo 4 differ in the
    /// sign of X^(N/2)), so it takes the transform.
    /// </summary>
    /// <inheritdoc cref="Encode(ReadOnlySpan{Complex}, Level, double, Plaintext)"/>
    public void Encode(Complex value, Level level, double scale, Plaintext destination)
    {
        CheckEncode(1, level, scale, destination);
        using ScratchPool.Scratch scratch = Parameters.Scratch.Rent(2 * SlotCount, isSecret: true);
        Span<double> coefficients = AsDoubles(scratch.Span);
        Span<double> real = coefficients[..SlotCount];
        Span<double> imaginary = coefficients[SlotCount..];
        real.Fill(value.Real);
        foreach (int entry in _positions)
        {
            int sign = entry >> 31;
            imaginary[entry ^ sign] = sign == 0 ? value.Imaginary : -value.Imaginary;
        }

        EncodeCoefficients(coefficients, level, scale, destination);
    }

    /// <summary>Encodes one integer into every slot, scale 1: multiplying by it costs no level.</summary>
    /// <exception cref="ArgumentException">The integer does not fit the level.</exception>
    public void Encode(long value, Level level, Plaintext destination)
    {
        CheckEncode(1, level, 1.0, destination);
        if (64 - BitOperations.LeadingZeroCount((ulong)(value < 0 ? -(Int128)value : value)) + 1 >= level.TotalBits)
        {
            throw new ArgumentException($"the integer {value} does not fit the {level.TotalBits} bits of {level}", nameof(value));
        }

        Span<ulong> words = destination.ResizeNtt(level, 1.0);
        int n = Parameters.PolyModulusDegree;
        for (int i = 0; i < level.PrimeCount; i++)
        {
            words.Slice(i * n, n).Fill(level.Moduli[i].FromSigned(value));
        }
    }

    /// <summary>Reads all N/2 slots.</summary>
    /// <exception cref="ArgumentException">The plaintext is none of these parameters, or the destination has not N/2 places.</exception>
    public void Decode(Plaintext plaintext, Span<Complex> destination)
    {
        CheckDecode(plaintext, destination.Length);
        using ScratchPool.Scratch scratch = Parameters.Scratch.Rent(2 * SlotCount, isSecret: true);
        Span<double> coefficients = AsDoubles(scratch.Span);
        DecodeCoefficients(plaintext, coefficients);
        for (int i = 0; i < destination.Length; i++)
        {
            int sign = _positions[i] >> 31;
            int position = _positions[i] ^ sign;
            double imaginary = coefficients[SlotCount + position];
            destination[i] = new Complex(coefficients[position], sign == 0 ? imaginary : -imaginary);
        }
    }

    /// <summary>Reads the real parts of all N/2 slots.</summary>
    /// <exception cref="ArgumentException">The plaintext is none of these parameters, or the destination has not N/2 places.</exception>
    public void Decode(Plaintext plaintext, Span<double> destination)
    {
        CheckDecode(plaintext, destination.Length);
        using ScratchPool.Scratch scratch = Parameters.Scratch.Rent(2 * SlotCount, isSecret: true);
        Span<double> coefficients = AsDoubles(scratch.Span);
        DecodeCoefficients(plaintext, coefficients);
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = coefficients[_positions[i] ^ (_positions[i] >> 31)];
        }
    }

    // Where slot i stands in the transform: value p is at exponent 1 + 4 rev(p); of 3^i and -3^i one is 1 modulo 4.
    private static int[] Positions(int degree)
    {
        int count = degree / 2;
        int log = BitOperations.Log2((uint)count);
        int mask = (2 * degree) - 1;
        int[] positions = new int[count];
        int exponent = 1;
        for (int i = 0; i < count; i++)
        {
            positions[i] = (exponent & 3) == 1
                ? NttTables.ReverseBits((exponent - 1) / 4, log)
                : ~NttTables.ReverseBits((mask - exponent) / 4, log);
            exponent = exponent * GaloisElement.Generator & mask;
        }

        return positions;
    }
}
