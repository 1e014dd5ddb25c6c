using Subnet.Crypto.Bfv;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Comparison;

/// <summary>Scoring circuits on ciphertexts: the same words on every machine. Not safe for concurrent use.</summary>
internal sealed class CiphertextArithmetic(BfvEvaluator evaluator, RelinearizationKeys keys) : IScoringArithmetic<Ciphertext>
{
    private readonly Parameters parameters = keys.Parameters;
    private readonly Ciphertext scaled = new(keys.Parameters);

    /// <inheritdoc/>
    public Ciphertext Add(Ciphertext a, Ciphertext b)
    {
        Ciphertext sum = new(parameters);
        evaluator.Add(a, b, sum);
        return sum;
    }

    /// <inheritdoc/>
    public Ciphertext Subtract(Ciphertext a, Ciphertext b)
    {
        Ciphertext difference = new(parameters);
        evaluator.Subtract(a, b, difference);
        return difference;
    }

    /// <inheritdoc/>
    public Ciphertext Multiply(Ciphertext a, Ciphertext b)
    {
        Ciphertext product = new(parameters);
        evaluator.Multiply(a, b, product);
        evaluator.Relinearize(product, keys, product);
        return product;
    }

    /// <inheritdoc/>
    public Ciphertext Scale(Ciphertext a, ulong factor)
    {
        using Plaintext constant = new([factor]);
        Ciphertext scaled = new(parameters);
        evaluator.MultiplyPlain(a, constant, scaled);
        return scaled;
    }

    /// <inheritdoc/>
    public Ciphertext Combine(ReadOnlySpan<Ciphertext> terms, ReadOnlySpan<ulong> factors)
    {
        Ciphertext? sum = null;
        for (int i = 0; i < terms.Length; i++)
        {
            if (factors[i] == 0)
            {
                continue;
            }

            using Plaintext constant = new([factors[i]]);
            Ciphertext into = sum is null ? new Ciphertext(parameters) : scaled;
            evaluator.MultiplyPlain(terms[i], constant, into);
            if (sum is null)
            {
                sum = into;
            }
            else
            {
                evaluator.Add(sum, into, sum);
            }
        }

        return sum ?? throw new ArgumentException("a combination has a factor that is not 0", nameof(factors));
    }

    /// <inheritdoc/>
    public Ciphertext Negate(Ciphertext a)
    {
        Ciphertext negative = new(parameters);
        evaluator.Negate(a, negative);
        return negative;
    }

    /// <inheritdoc/>
    public Ciphertext AddConstant(Ciphertext a, ulong constant)
    {
        // A constant polynomial is the same in every slot.
        using Plaintext shared = new([constant]);
        Ciphertext sum = new(parameters);
        evaluator.AddPlain(a, shared, sum);
        return sum;
    }
}
