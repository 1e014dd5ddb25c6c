using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Bfv;

public sealed partial class BfvEvaluator
{
    /// <summary>Coefficients per block: powers up to the eighth are made once.</summary>
    private const int BlockSize = 8;

    /// <summary>
    /// destination = a polynomial in every slot, by Paterson and Stockmeyer: powers u^2 ... u^8 once, blocks of eight coefficients as
    /// sums of scalar products, neighbouring blocks joined as low + high u^8, then u^16, and so on. About 6 + d/8 + log2(d/8) products
    /// of ciphertexts at depth 3 + ceil(log2((d + 1)/8)) for degree d; the order is that of parameters 3.1, so a transcript replays.
    /// </summary>
    /// <param name="u">Two polynomials.</param>
    /// <param name="coefficients">Coefficients modulo t, the constant first; degree 1 or more.</param>
    /// <param name="keys">Relinearization keys for s^2.</param>
    /// <param name="destination">Receives the value, relinearized; may be u.</param>
    /// <exception cref="ArgumentException">The polynomial is constant, a coefficient is not below t, or something does not fit.</exception>
    public void EvaluatePolynomial(Ciphertext u, ReadOnlySpan<ulong> coefficients, RelinearizationKeys keys, Ciphertext destination)
    {
        Check(u, nameof(u));
        CheckForm(u, nameof(u));
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(destination);
        int degree = coefficients.LastIndexOfAnyExcept(0UL);
        if (degree < 1)
        {
            throw new ArgumentException("a constant polynomial needs no ciphertext; its value would be public", nameof(coefficients));
        }

        coefficients = coefficients[..(degree + 1)];
        foreach (ulong c in coefficients)
        {
            if (c >= Parameters.PlainModulus)
            {
                throw new ArgumentException($"coefficient {c} is not below the plain modulus {Parameters.PlainModulus}", nameof(coefficients));
            }
        }

        Ciphertext[] powers = Powers(u, Math.Min(degree, BlockSize), keys);
        List<Block> blocks = [];
        for (int first = 0; first < coefficients.Length; first += BlockSize)
        {
            blocks.Add(EvaluateBlock(coefficients[first..Math.Min(first + BlockSize, coefficients.Length)], powers));
        }

        Ciphertext? step = blocks.Count > 1 ? powers[BlockSize] : null;
        while (blocks.Count > 1)
        {
            List<Block> joined = [];
            for (int i = 0; i + 1 < blocks.Count; i += 2)
            {
                joined.Add(Join(blocks[i], blocks[i + 1], step!, keys));
            }

            if ((blocks.Count & 1) != 0)
            {
                joined.Add(blocks[^1]);
            }

            blocks = joined;
            if (blocks.Count > 1)
            {
                step = Product(step!, step!, keys);
            }
        }

        Ciphertext value = blocks[0].Sum!;
        if (blocks[0].Constant != 0)
        {
            AddPlain(value, new Plaintext([blocks[0].Constant]), value);
        }

        destination.CopyFrom(value);
    }

    // u^i = (u^(i/2))^2 or u^((i-1)/2) u^((i+1)/2): every power at the least depth.
    private Ciphertext[] Powers(Ciphertext u, int highest, RelinearizationKeys keys)
    {
        Ciphertext[] powers = new Ciphertext[highest + 1];
        powers[1] = u;
        for (int i = 2; i <= highest; i++)
        {
            powers[i] = Product(powers[i / 2], powers[(i + 1) / 2], keys);
        }

        return powers;
    }

    private Block EvaluateBlock(ReadOnlySpan<ulong> coefficients, Ciphertext[] powers)
    {
        Ciphertext? sum = null;
        for (int i = 1; i < coefficients.Length; i++)
        {
            if (coefficients[i] == 0)
            {
                continue;
            }

            Ciphertext term = new(Parameters);
            MultiplyPlain(powers[i], new Plaintext([coefficients[i]]), term);
            if (sum is null)
            {
                sum = term;
            }
            else
            {
                Add(sum, term, sum);
            }
        }

        return new Block(sum, coefficients[0]);
    }

    // low + high step; the constant of the high block is added to it before the product, that of the low one stays for last.
    private Block Join(Block low, Block high, Ciphertext step, RelinearizationKeys keys)
    {
        Ciphertext? product = null;
        if (high.Sum is not null)
        {
            if (high.Constant != 0)
            {
                AddPlain(high.Sum, new Plaintext([high.Constant]), high.Sum);
            }

            product = Product(high.Sum, step, keys);
        }
        else if (high.Constant != 0)
        {
            product = new Ciphertext(Parameters);
            MultiplyPlain(step, new Plaintext([high.Constant]), product);
        }

        if (low.Sum is not null && product is not null)
        {
            Add(low.Sum, product, product);
        }

        return new Block(product ?? low.Sum, low.Constant);
    }

    /// <summary>A partial value: an encrypted sum, if there is one, and a constant that is still to be added.</summary>
    private sealed record Block(Ciphertext? Sum, ulong Constant);
}
