using Subnet.Crypto.Lattice.Kernels;

namespace Subnet.Crypto.Rlwe;

public abstract partial class Evaluator
{
    /// <summary>destination = a in NTT form.</summary>
    /// <exception cref="ArgumentException">It is in NTT form already, or does not belong to these parameters.</exception>
    public void TransformToNtt(Ciphertext a, Ciphertext destination) => Transform(a, destination, toNtt: true);

    /// <summary>destination = a in coefficient form.</summary>
    /// <exception cref="ArgumentException">It is in coefficient form already, or does not belong to these parameters.</exception>
    public void TransformFromNtt(Ciphertext a, Ciphertext destination) => Transform(a, destination, toNtt: false);

    private void Transform(Ciphertext a, Ciphertext destination, bool toNtt)
    {
        Check(a, nameof(a));
        ArgumentNullException.ThrowIfNull(destination);
        if (a.IsNttForm == toNtt)
        {
            throw new ArgumentException($"the ciphertext is in {Form(toNtt)} form already", nameof(a));
        }

        Shape(a, a.Size, destination);
        for (int polynomial = 0; polynomial < destination.Size; polynomial++)
        {
            for (int prime = 0; prime < destination.Level.PrimeCount; prime++)
            {
                LimbKernels kernels = Parameters.Tables(prime).Kernels;
                if (toNtt)
                {
                    kernels.Forward(a.Limb(polynomial, prime), destination.Limb(polynomial, prime));
                }
                else
                {
                    kernels.Inverse(a.Limb(polynomial, prime), destination.Limb(polynomial, prime));
                }
            }
        }

        destination.IsNttForm = toNtt;
        CheckResult(destination);
    }
}
