using Subnet.Crypto.Lattice.Kernels;

namespace Subnet.Crypto.Lattice;

/// <summary>The product of two ciphertexts as polynomials in s, modulo one prime and in NTT form.</summary>
internal static class TensorProduct
{
    /// <summary>r_k = sum of a_i b_j over i + j = k.</summary>
    /// <param name="kernels">The prime.</param>
    /// <param name="a">Polynomial i of a at word i stride.</param>
    /// <param name="b">The same of b; the very span a for a square.</param>
    /// <param name="r">The result, in the same layout; not over a or b.</param>
    /// <param name="sizeA">Polynomials of a.</param>
    /// <param name="sizeB">Polynomials of b.</param>
    /// <param name="stride">Words from one polynomial to the next.</param>
    /// <param name="n">Words of a limb.</param>
    public static void Multiply(
        LimbKernels kernels, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> r, int sizeA, int sizeB, int stride, int n)
    {
        if (sizeA == 2 && sizeB == 2)
        {
            ReadOnlySpan<ulong> a0 = a[..n];
            ReadOnlySpan<ulong> a1 = a.Slice(stride, n);
            if (a == b)
            {
                kernels.TensorSquare(a0, a1, r[..n], r.Slice(stride, n), r.Slice(2 * stride, n));
            }
            else
            {
                kernels.Tensor(a0, a1, b[..n], b.Slice(stride, n), r[..n], r.Slice(stride, n), r.Slice(2 * stride, n));
            }

            return;
        }

        for (int k = 0; k < sizeA + sizeB - 1; k++)
        {
            int first = Math.Max(0, k - sizeB + 1);
            Span<ulong> sum = r.Slice(k * stride, n);
            for (int i = first; i <= Math.Min(k, sizeA - 1); i++)
            {
                ReadOnlySpan<ulong> x = a.Slice(i * stride, n);
                ReadOnlySpan<ulong> y = b.Slice((k - i) * stride, n);
                if (i == first)
                {
                    kernels.Multiply(x, y, sum);
                }
                else
                {
                    kernels.MultiplyAdd(x, y, sum);
                }
            }
        }
    }
}
