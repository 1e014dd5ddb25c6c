using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Kernels;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Ckks;

public sealed partial class CkksEvaluator
{
    /// <summary>destination = a b with size a.Size + b.Size - 1 and the product of the scales.</summary>
    /// <exception cref="ArgumentException">Parameters, level or form do not fit, the scale would outgrow the level, or the product would have more than 16 polynomials.</exception>
    /// <exception cref="TransparentCiphertextException">The result could be read by anyone.</exception>
    public void Multiply(Ciphertext a, Ciphertext b, Ciphertext destination)
    {
        Check(a, nameof(a));
        Check(b, nameof(b));
        ArgumentNullException.ThrowIfNull(destination);
        CheckForm(a, nameof(a));
        CheckSameLevel(a, b);
        double scale = a.Scale * b.Scale;
        CheckScale(scale, a.Level);
        int sizeA = a.Size;
        int sizeB = b.Size;
        int size = sizeA + sizeB - 1;
        if (size > Ciphertext.MaxSize)
        {
            throw new ArgumentException($"a product of {a.Size} and {b.Size} polynomials has {size}, the most is {Ciphertext.MaxSize}; relinearize first");
        }

        // Products of two polynomials each are made position by position, so they may be written over a factor.
        bool aliased = ReferenceEquals(a, destination) || ReferenceEquals(b, destination);
        bool direct = !aliased || (sizeA == 2 && sizeB == 2);
        if (direct)
        {
            Shape(ReferenceEquals(b, destination) ? b : a, size, destination);
            MultiplyLimbs(a.Level, a.Words, b.Words, sizeA, sizeB, destination.Words);
        }
        else
        {
            using ScratchPool.Scratch product = Rent(size * a.Level.PolynomialWords);
            MultiplyLimbs(a.Level, a.Words, b.Words, sizeA, sizeB, product.Span);
            Shape(a, size, destination);
            product.Span.CopyTo(destination.Words);
        }

        destination.Scale = scale;
        CheckResult(destination);
    }

    /// <summary>destination = a^2; the same words as <see cref="Multiply"/> of a with itself.</summary>
    /// <exception cref="ArgumentException">Parameters or form do not fit, or the scale would outgrow the level.</exception>
    /// <exception cref="TransparentCiphertextException">The result could be read by anyone.</exception>
    public void Square(Ciphertext a, Ciphertext destination) => Multiply(a, a, destination);

    private void MultiplyLimbs(Level level, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, int sizeA, int sizeB, Span<ulong> product)
    {
        int n = Parameters.PolyModulusDegree;
        bool square = sizeA == sizeB && a.Length >= b.Length && a[..b.Length] == b;
        for (int prime = 0; prime < level.PrimeCount; prime++)
        {
            LimbKernels kernels = Parameters.Tables(prime).Kernels;
            ReadOnlySpan<ulong> x = a[(prime * n)..];
            ReadOnlySpan<ulong> y = square ? x : b[(prime * n)..];
            TensorProduct.Multiply(kernels, x, y, product[(prime * n)..], sizeA, sizeB, level.PolynomialWords, n);
        }
    }
}
