using System.Buffers;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Kernels;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Bfv;

public sealed partial class BfvEvaluator
{
    /// <summary>
    /// destination = a b with size a.Size + b.Size - 1 (BEHZ, seal-format 10). Costs one level of noise; relinearize before the next
    /// rotation.
    /// </summary>
    /// <exception cref="ArgumentException">Parameters, level or form do not fit, or the product would have more than 16 polynomials.</exception>
    /// <exception cref="TransparentCiphertextException">The result could be read by anyone.</exception>
    public void Multiply(Ciphertext a, Ciphertext b, Ciphertext destination)
    {
        Check(a, nameof(a));
        Check(b, nameof(b));
        ArgumentNullException.ThrowIfNull(destination);
        CheckForm(a, nameof(a));
        CheckSameLevel(a, b);
        int size = a.Size + b.Size - 1;
        if (size > Ciphertext.MaxSize)
        {
            throw new ArgumentException($"a product of {a.Size} and {b.Size} polynomials has {size}, the most is {Ciphertext.MaxSize}; relinearize first");
        }

        Level level = a.Level;
        BehzBase behz = Behz(level);
        bool square = ReferenceEquals(a, b);
        int limbs = level.PrimeCount + behz.AuxiliaryCount;
        int words = limbs * Parameters.PolyModulusDegree;
        using ScratchPool.Scratch extendedA = Rent(a.Size * words);
        using ScratchPool.Scratch extendedB = Rent(square ? 1 : b.Size * words);
        using ScratchPool.Scratch product = Rent(size * words);
        Span<ulong> factorB = square ? extendedA.Span : extendedB.Span;
        if (Parallelism > 1)
        {
            MultiplyParallel(a, b, behz, extendedA.Span, factorB, product.Span, destination);
            CheckResult(destination);
            return;
        }

        for (int i = 0; i < a.Size; i++)
        {
            Extend(a, i, behz, extendedA.Span.Slice(i * words, words));
        }

        for (int i = 0; i < b.Size && !square; i++)
        {
            Extend(b, i, behz, factorB.Slice(i * words, words));
        }

        for (int limb = 0; limb < limbs; limb++)
        {
            MultiplyLimb(level, behz, limb, extendedA.Span, a.Size, factorB, b.Size, product.Span);
        }

        Shape(a, size, destination);
        for (int i = 0; i < size; i++)
        {
            ReadOnlySpan<ulong> w = product.Span.Slice(i * words, words);
            behz.ScaleDown(w[..level.PolynomialWords], w[level.PolynomialWords..], destination.Polynomial(i));
        }

        CheckResult(destination);
    }

    /// <summary>destination = a^2; the same words as <see cref="Multiply"/> of a with itself.</summary>
    /// <exception cref="ArgumentException">Parameters or form do not fit, or the square would have more than 16 polynomials.</exception>
    /// <exception cref="TransparentCiphertextException">The result could be read by anyone.</exception>
    public void Square(Ciphertext a, Ciphertext destination) => Multiply(a, a, destination);

    /// <summary>
    /// destination = the product of all, relinearized, multiplied in pairs as a queue: the depth is the logarithm of the number.
    /// </summary>
    /// <exception cref="ArgumentException">There is none, the destination is one of them, or two do not fit each other.</exception>
    /// <exception cref="TransparentCiphertextException">A product could be read by anyone.</exception>
    public void MultiplyMany(IReadOnlyList<Ciphertext> ciphertexts, RelinearizationKeys keys, Ciphertext destination)
    {
        ArgumentNullException.ThrowIfNull(ciphertexts);
        ArgumentNullException.ThrowIfNull(destination);
        if (ciphertexts.Count == 0)
        {
            throw new ArgumentException("there is nothing to multiply", nameof(ciphertexts));
        }

        for (int i = 0; i < ciphertexts.Count; i++)
        {
            Check(ciphertexts[i], nameof(ciphertexts));
            if (ReferenceEquals(ciphertexts[i], destination))
            {
                throw new ArgumentException("the destination is one of the ciphertexts; give a new one", nameof(destination));
            }
        }

        Ciphertext[] factors = ArrayPool<Ciphertext>.Shared.Rent(ciphertexts.Count);
        for (int i = 0; i < ciphertexts.Count; i++)
        {
            factors[i] = ciphertexts[i];
        }

        using TemporariesPool.Lease temporaries = Parameters.Temporaries.Rent();
        MultiplyQueue(factors.AsSpan(0, ciphertexts.Count), keys, temporaries.Set, destination);
        ArrayPool<Ciphertext>.Shared.Return(factors, clearArray: true);
    }

    /// <summary>destination = a^exponent, relinearized.</summary>
    /// <param name="a">The base.</param>
    /// <param name="exponent">1 or more; 0 would be a public constant.</param>
    /// <param name="keys">Relinearization keys for s^2.</param>
    /// <param name="destination">Receives the power.</param>
    /// <exception cref="ArgumentException">The exponent is 0, or something does not fit.</exception>
    public void Exponentiate(Ciphertext a, int exponent, RelinearizationKeys keys, Ciphertext destination)
    {
        Check(a, nameof(a));
        if (exponent < 1)
        {
            throw new ArgumentException($"an exponent is at least 1, not {exponent}: the power 0 is 1 and needs no ciphertext", nameof(exponent));
        }

        ArgumentNullException.ThrowIfNull(destination);
        if (exponent == 1)
        {
            destination.CopyFrom(a);
            return;
        }

        using TemporariesPool.Lease temporaries = Parameters.Temporaries.Rent();
        Ciphertext[] factors = ArrayPool<Ciphertext>.Shared.Rent(exponent);
        factors.AsSpan(0, exponent).Fill(a);
        MultiplyQueue(factors.AsSpan(0, exponent), keys, temporaries.Set, destination);
        ArrayPool<Ciphertext>.Shared.Return(factors, clearArray: true);
    }

    // SEAL's order: neighbours first, their products at the end of the queue; an odd one out waits for the next round. The queue of
    // products has as many places as there are factors at most, and no place is written before its factors were read.
    private void MultiplyQueue(Span<Ciphertext> factors, RelinearizationKeys keys, Temporaries temporaries, Ciphertext destination)
    {
        if (factors.Length == 1)
        {
            destination.CopyFrom(factors[0]);
            return;
        }

        Ciphertext? odd = (factors.Length & 1) != 0 ? factors[^1] : null;
        int end = 0;
        for (int i = 0; i + 1 < factors.Length; i += 2)
        {
            factors[end++] = Product(factors[i], factors[i + 1], keys, temporaries);
        }

        if (odd is not null)
        {
            factors[end++] = odd;
        }

        for (int i = 0; i + 1 < end; i += 2)
        {
            factors[end++] = Product(factors[i], factors[i + 1], keys, temporaries);
        }

        destination.CopyFrom(factors[end - 1]);
    }

    private Ciphertext Product(Ciphertext a, Ciphertext b, RelinearizationKeys keys, Temporaries temporaries)
    {
        Ciphertext product = temporaries.Next();
        Multiply(a, b, product);
        Relinearize(product, keys, product);
        return product;
    }

    // The same words, polynomials and limbs on several threads.
    private unsafe void MultiplyParallel(
        Ciphertext a, Ciphertext b, BehzBase behz, Span<ulong> extendedA, Span<ulong> extendedB, Span<ulong> product, Ciphertext destination)
    {
        Level level = a.Level;
        int sizeA = a.Size;
        int sizeB = b.Size;
        int limbs = level.PrimeCount + behz.AuxiliaryCount;
        int words = limbs * Parameters.PolyModulusDegree;
        bool square = ReferenceEquals(a, b);
        ParallelOptions options = new() { MaxDegreeOfParallelism = Parallelism };
        fixed (ulong* pa = extendedA, pb = extendedB, pp = product)
        {
            // Pinned for the whole block, so that the threads may use them.
            (nint x, nint y, nint w) = ((nint)pa, (nint)pb, (nint)pp);
            Parallel.For(0, square ? sizeA : sizeA + sizeB, options, i =>
            {
                if (i < sizeA)
                {
                    Extend(a, i, behz, Words(x, i, words));
                }
                else
                {
                    Extend(b, i - sizeA, behz, Words(y, i - sizeA, words));
                }
            });
            Parallel.For(0, limbs, options, limb => MultiplyLimb(
                level, behz, limb, Words(x, 0, sizeA * words), sizeA, Words(y, 0, sizeB * words), sizeB, Words(w, 0, (sizeA + sizeB - 1) * words)));
            Shape(a, sizeA + sizeB - 1, destination);
            Parallel.For(0, sizeA + sizeB - 1, options, i =>
            {
                Span<ulong> sums = Words(w, i, words);
                behz.ScaleDown(sums[..level.PolynomialWords], sums[level.PolynomialWords..], destination.Polynomial(i));
            });
        }
    }

    private static unsafe Span<ulong> Words(nint start, int index, int words) => new((ulong*)start + ((long)index * words), words);

    // One polynomial: its limbs in NTT form, then its auxiliary limbs in NTT form.
    private void Extend(Ciphertext ciphertext, int polynomial, BehzBase behz, Span<ulong> extended)
    {
        Level level = ciphertext.Level;
        int n = Parameters.PolyModulusDegree;
        Span<ulong> auxiliary = extended[level.PolynomialWords..];
        behz.Extend(ciphertext.Polynomial(polynomial), auxiliary);
        for (int prime = 0; prime < level.PrimeCount; prime++)
        {
            Parameters.Tables(prime).Kernels.Forward(ciphertext.Limb(polynomial, prime), extended.Slice(prime * n, n));
        }

        for (int j = 0; j < behz.AuxiliaryCount; j++)
        {
            Span<ulong> limb = auxiliary.Slice(j * n, n);
            behz.Auxiliary(j).Kernels.Forward(limb, limb);
        }
    }

    // One limb of the tensor product, brought back to coefficient form.
    private void MultiplyLimb(
        Level level, BehzBase behz, int limb, ReadOnlySpan<ulong> a, int sizeA, ReadOnlySpan<ulong> b, int sizeB, Span<ulong> product)
    {
        int n = Parameters.PolyModulusDegree;
        int words = (level.PrimeCount + behz.AuxiliaryCount) * n;
        LimbKernels kernels = limb < level.PrimeCount ? Parameters.Tables(limb).Kernels : behz.Auxiliary(limb - level.PrimeCount).Kernels;
        TensorProduct.Multiply(kernels, a[(limb * n)..], b[(limb * n)..], product[(limb * n)..], sizeA, sizeB, words, n);
        for (int i = 0; i < sizeA + sizeB - 1; i++)
        {
            Span<ulong> w = product.Slice((i * words) + (limb * n), n);
            kernels.Inverse(w, w);
        }
    }
}
