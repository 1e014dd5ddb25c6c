using System.Numerics;
using Subnet.Crypto.Lattice.Kernels;

namespace Subnet.Crypto.Lattice;

/// <summary>
/// The step between messages modulo t and ciphertexts modulo q of one level: m to round(q m / t) and back. Immutable and safe
/// for concurrent use.
/// </summary>
internal sealed class PlainScaling
{
    private readonly PlainScalingKernels _kernels;

    /// <summary>Precomputes the constants.</summary>
    /// <param name="degree">N.</param>
    /// <param name="moduli">The primes of the level.</param>
    /// <param name="plainModulus">t, coprime to all of them.</param>
    public PlainScaling(int degree, ReadOnlySpan<Modulus> moduli, ulong plainModulus)
    {
        BigInteger q = BehzBase.Product(moduli);
        Moduli = moduli.ToArray();
        Plain = new Modulus(plainModulus);
        Remainder = (ulong)(q % plainModulus);
        Half = (plainModulus + 1) / 2;
        Delta = [.. Moduli.Select(p => (ulong)(q / plainModulus % p.Value))];
        Inverses = [.. Moduli.Select(p => p.Invert((ulong)(q / p.Value % p.Value)))];
        _kernels = PlainScalingKernels.For(degree, this);
    }

    /// <summary>q_i.</summary>
    public Modulus[] Moduli { get; }

    /// <summary>t.</summary>
    public Modulus Plain { get; }

    /// <summary>q mod t.</summary>
    public ulong Remainder { get; }

    /// <summary>floor((t + 1) / 2).</summary>
    public ulong Half { get; }

    /// <summary>floor(q / t) mod q_i.</summary>
    public ulong[] Delta { get; }

    /// <summary>(q / q_i)^-1 mod q_i.</summary>
    public ulong[] Inverses { get; }

    /// <summary>
    /// c = c + s or c - s with s = floor(q/t) m + floor(((q mod t) m + floor((t+1)/2)) / t), the integer nearest to q m / t.
    /// </summary>
    /// <param name="message">N coefficients in [0, t).</param>
    /// <param name="c">L limbs in coefficient form.</param>
    /// <param name="subtract">Whether to subtract.</param>
    public void AddScaled(ReadOnlySpan<ulong> message, Span<ulong> c, bool subtract) => _kernels.AddScaled(message, c, subtract);

    /// <summary>round(t x / q) mod t for every coefficient x in [0, q).</summary>
    /// <param name="phase">L limbs in coefficient form.</param>
    /// <param name="message">N coefficients.</param>
    /// <remarks>
    /// With y_i = [x_i (q/q_i)^-1], t x / q is sum t y_i / q_i modulo t; whole parts are summed exactly and fractions rounded.
    /// The rounding of the fractions is below 2^-45, so only a phase whose noise has used up the whole budget could be affected.
    /// Constant time.
    /// </remarks>
    public void ScaleDown(ReadOnlySpan<ulong> phase, Span<ulong> message) => _kernels.ScaleDown(phase, message);
}
