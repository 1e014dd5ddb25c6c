using System.Buffers;
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

        using TemporariesPool.Lease lease = Parameters.Temporaries.Rent();
        Temporaries temporaries = lease.Set;
        int count = (coefficients.Length + BlockSize - 1) / BlockSize;
        Ciphertext[] powers = ArrayPool<Ciphertext>.Shared.Rent(BlockSize + 1);
        Block[] blocks = ArrayPool<Block>.Shared.Rent(count);
        Powers(u, Math.Min(degree, BlockSize), keys, temporaries, powers);
        for (int i = 0; i < count; i++)
        {
            int first = i * BlockSize;
            blocks[i] = EvaluateBlock(coefficients[first..Math.Min(first + BlockSize, coefficients.Length)], powers, temporaries);
        }

        Block result = JoinAll(blocks.AsSpan(0, count), powers, keys, temporaries);
        Ciphertext value = result.Sum!;
        if (result.Constant != 0)
        {
            AddPlain(value, temporaries.Constant(result.Constant), value);
        }

        destination.CopyFrom(value);
        ArrayPool<Ciphertext>.Shared.Return(powers, clearArray: true);
        ArrayPool<Block>.Shared.Return(blocks, clearArray: true);
    }

    // Neighbours by u^8, their results by u^16, and so on; the joined blocks move to the front.
    private Block JoinAll(Span<Block> blocks, Ciphertext[] powers, RelinearizationKeys keys, Temporaries temporaries)
    {
        Ciphertext? step = blocks.Length > 1 ? powers[BlockSize] : null;
        while (blocks.Length > 1)
        {
            for (int i = 0; i + 1 < blocks.Length; i += 2)
            {
                blocks[i / 2] = Join(blocks[i], blocks[i + 1], step!, keys, temporaries);
            }

            if ((blocks.Length & 1) != 0)
            {
                blocks[blocks.Length / 2] = blocks[^1];
            }

            blocks = blocks[..((blocks.Length + 1) / 2)];
            if (blocks.Length > 1)
            {
                step = Product(step!, step!, keys, temporaries);
            }
        }

        return blocks[0];
    }

    // u^i = (u^(i/2))^2 or u^((i-1)/2) u^((i+1)/2): every power at the least depth.
    private void Powers(Ciphertext u, int highest, RelinearizationKeys keys, Temporaries temporaries, Ciphertext[] powers)
    {
        powers[1] = u;
        for (int i = 2; i <= highest; i++)
        {
            powers[i] = Product(powers[i / 2], powers[(i + 1) / 2], keys, temporaries);
        }
    }

    private Block EvaluateBlock(ReadOnlySpan<ulong> coefficients, Ciphertext[] powers, Temporaries temporaries)
    {
        Ciphertext? sum = null;
        for (int i = 1; i < coefficients.Length; i++)
        {
            if (coefficients[i] == 0)
            {
                continue;
            }

            Ciphertext term = temporaries.Next();
            MultiplyPlain(powers[i], temporaries.Constant(coefficients[i]), term);
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
    private Block Join(Block low, Block high, Ciphertext step, RelinearizationKeys keys, Temporaries temporaries)
    {
        Ciphertext? product = null;
        if (high.Sum is not null)
        {
            if (high.Constant != 0)
            {
                AddPlain(high.Sum, temporaries.Constant(high.Constant), high.Sum);
            }

            product = Product(high.Sum, step, keys, temporaries);
        }
        else if (high.Constant != 0)
        {
            product = temporaries.Next();
            MultiplyPlain(step, temporaries.Constant(high.Constant), product);
        }

        if (low.Sum is not null && product is not null)
        {
            Add(low.Sum, product, product);
        }

        return new Block(product ?? low.Sum, low.Constant);
    }

    /// <summary>A partial value: an encrypted sum, if there is one, and a constant that is still to be added.</summary>
    private readonly record struct Block(Ciphertext? Sum, ulong Constant);
}
