using System.Collections.Concurrent;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Kernels;

namespace Subnet.Crypto.Rlwe;

/// <summary>
/// The transforms of the polynomials with all coefficients q_i / 2, modulo each prime: what makes digits symmetric. A digit d of
/// [0, q_i) that changes its sign becomes q_i - d; d - q_i / 2 simply changes its sign. So digits are decomposed and transformed once,
/// less q_i / 2, are permuted for each automorphism, and get q_i / 2 back: the very digits of a rotation on its own.
/// </summary>
/// <remarks>N words a prime and digit, kept once they were asked for. Safe for concurrent use.</remarks>
internal sealed class HoistingOffsets(Parameters parameters)
{
    private readonly ConcurrentDictionary<int, WordBuffer> _offsets = new();

    /// <summary>For a target prime: N words a data prime, in working form.</summary>
    public ReadOnlySpan<ulong> For(int target) =>
        (_offsets.TryGetValue(target, out WordBuffer? known) ? known : _offsets.GetOrAdd(target, Create)).Span;

    private WordBuffer Create(int target)
    {
        int n = parameters.PolyModulusDegree;
        int digits = parameters.FirstDataLevel.PrimeCount;
        WordBuffer offsets = new(n * digits);
        Modulus p = parameters.Moduli[target];
        LimbKernels kernels = parameters.Tables(target).Kernels;
        ulong half = (p.Value + 1) / 2;
        ulong[] constant = new ulong[n];
        for (int i = 0; i < digits; i++)
        {
            // Zero modulo q_i itself, as it must be.
            constant.AsSpan().Fill(p.Multiply(p.Reduce(parameters.Moduli[i].Value), half));
            kernels.ExtendDigit(constant, p, offsets.Span.Slice(i * n, n));
        }

        return offsets;
    }
}
