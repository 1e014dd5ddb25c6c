using Subnet.Crypto.Lattice;

namespace Subnet.Crypto.Rlwe;

public abstract partial class Evaluator
{
    /// <summary>destination = -a.</summary>
    /// <exception cref="ArgumentException">The ciphertext does not belong to these parameters.</exception>
    public void Negate(Ciphertext a, Ciphertext destination)
    {
        Check(a, nameof(a));
        ArgumentNullException.ThrowIfNull(destination);
        Shape(a, a.Size, destination);
        ForEachLimb(a.Size, a.Level, (Source: a, Destination: destination), static (s, polynomial, prime, modulus) =>
            ModularVector.Negate(s.Source.Limb(polynomial, prime), s.Destination.Limb(polynomial, prime), modulus));
        CheckResult(destination);
    }

    /// <summary>destination = a + b; sizes may differ.</summary>
    /// <exception cref="ArgumentException">Parameters, level, form or scale differ; the message names both.</exception>
    /// <exception cref="TransparentCiphertextException">The result could be read by anyone.</exception>
    public void Add(Ciphertext a, Ciphertext b, Ciphertext destination) => Combine(a, b, destination, subtract: false);

    /// <summary>destination = a - b; sizes may differ.</summary>
    /// <exception cref="ArgumentException">Parameters, level, form or scale differ; the message names both.</exception>
    /// <exception cref="TransparentCiphertextException">The result could be read by anyone.</exception>
    public void Subtract(Ciphertext a, Ciphertext b, Ciphertext destination) => Combine(a, b, destination, subtract: true);

    /// <summary>destination = the sum of all.</summary>
    /// <exception cref="ArgumentException">There is none, the destination is one of them, or two do not fit each other.</exception>
    /// <exception cref="TransparentCiphertextException">A sum could be read by anyone.</exception>
    public void AddMany(IReadOnlyList<Ciphertext> ciphertexts, Ciphertext destination)
    {
        ArgumentNullException.ThrowIfNull(ciphertexts);
        ArgumentNullException.ThrowIfNull(destination);
        if (ciphertexts.Count == 0)
        {
            throw new ArgumentException("there is nothing to add", nameof(ciphertexts));
        }

        for (int i = 1; i < ciphertexts.Count; i++)
        {
            if (ReferenceEquals(ciphertexts[i], destination))
            {
                throw new ArgumentException("the destination is one of the ciphertexts; give a new one", nameof(destination));
            }
        }

        Check(ciphertexts[0], nameof(ciphertexts));
        destination.CopyFrom(ciphertexts[0]);
        for (int i = 1; i < ciphertexts.Count; i++)
        {
            Add(destination, ciphertexts[i], destination);
        }
    }

    /// <summary>Gives the destination the level, form and scale of a ciphertext and a size; its memory is kept where it suffices.</summary>
    private protected static void Shape(Ciphertext like, int size, Ciphertext destination)
    {
        Level level = like.Level;
        bool isNtt = like.IsNttForm;
        double scale = like.Scale;
        if (ReferenceEquals(like, destination) && size > like.Size)
        {
            destination.Grow(size);
        }
        else
        {
            destination.Resize(level, size);
        }

        destination.IsNttForm = isNtt;
        destination.Scale = scale;
    }

    /// <summary>Does something for every limb of the first so many polynomials.</summary>
    private protected static void ForEachLimb<TState>(int size, Level level, TState state, Action<TState, int, int, Modulus> action)
    {
        ReadOnlySpan<Modulus> moduli = level.Moduli;
        for (int polynomial = 0; polynomial < size; polynomial++)
        {
            for (int prime = 0; prime < moduli.Length; prime++)
            {
                action(state, polynomial, prime, moduli[prime]);
            }
        }
    }

    private void Combine(Ciphertext a, Ciphertext b, Ciphertext destination, bool subtract)
    {
        Check(a, nameof(a));
        Check(b, nameof(b));
        ArgumentNullException.ThrowIfNull(destination);
        CheckAlike(a, b);
        int sizeA = a.Size;
        int sizeB = b.Size;
        int shared = Math.Min(sizeA, sizeB);
        int size = Math.Max(sizeA, sizeB);
        if (ReferenceEquals(b, destination))
        {
            Shape(b, size, destination);
            destination.Scale = a.Scale;
        }
        else
        {
            Shape(a, size, destination);
        }

        ForEachLimb(shared, a.Level, (A: a, B: b, Destination: destination, Subtract: subtract), static (s, polynomial, prime, modulus) =>
        {
            Span<ulong> result = s.Destination.Limb(polynomial, prime);
            if (s.Subtract)
            {
                ModularVector.Subtract(s.A.Limb(polynomial, prime), s.B.Limb(polynomial, prime), result, modulus);
            }
            else
            {
                ModularVector.Add(s.A.Limb(polynomial, prime), s.B.Limb(polynomial, prime), result, modulus);
            }
        });
        for (int polynomial = shared; polynomial < size; polynomial++)
        {
            CopyRest(sizeA > sizeB ? a : b, polynomial, destination, negate: subtract && sizeB > sizeA);
        }

        CheckResult(destination);
    }

    private static void CopyRest(Ciphertext source, int polynomial, Ciphertext destination, bool negate)
    {
        if (!negate)
        {
            source.Polynomial(polynomial).CopyTo(destination.Polynomial(polynomial));
            return;
        }

        for (int prime = 0; prime < source.Level.PrimeCount; prime++)
        {
            ModularVector.Negate(source.Limb(polynomial, prime), destination.Limb(polynomial, prime), source.Level.Moduli[prime]);
        }
    }
}
