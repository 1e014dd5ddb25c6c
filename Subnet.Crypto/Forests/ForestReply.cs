using System.Numerics;
using System.Security.Cryptography;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Crypto.Forests;

/// <summary>
/// The bytes of a private forest's reply: "subnet-reply/1" LF || request hash 32 || k u8 || be16 number of coefficients (0 for all N) || c1 || those
/// coefficients of c0, all modulo 2^k and packed to k bits.
/// </summary>
public static class ForestReply
{
    private const int DigestBytes = SHA256.HashSizeInBytes;

    private static ReadOnlySpan<byte> FirstLine => "subnet-reply/1\n"u8;

    private static int HeaderBytes => FirstLine.Length + DigestBytes + 1 + sizeof(ushort);

    /// <summary>Length of a reply.</summary>
    /// <param name="set">The set.</param>
    /// <param name="isBatch">Whether every slot carries an answer, else coefficient 0 alone.</param>
    public static int ByteCount(ForestSet set, bool isBatch)
    {
        ArgumentNullException.ThrowIfNull(set);
        return HeaderBytes + ResiduePacking.ByteCount(set.Degree, set.ReplyBits) + ResiduePacking.ByteCount(isBatch ? set.Degree : 1, set.ReplyBits);
    }

    /// <summary>Re-randomises, floods, drops primes and rounds: parameters 2, reply steps (2) to (6).</summary>
    internal static byte[] Finish(ForestKeyBundle keys, BfvEvaluator evaluator, Ciphertext answer, bool isBatch, ReadOnlySpan<byte> query, IRandomSource random)
    {
        ForestSet set = keys.Set;
        keys.PublicKey.AddZero(answer, random);
        Flood(set, answer, isBatch ? set.Degree : 1, random);
        BigInteger least = BigInteger.One << (set.ReplyBits + 3);
        while (answer.Level.PrimeCount > 1 && answer.Level.Product / answer.Level.Moduli[^1].Value >= least)
        {
            evaluator.ModSwitchToNext(answer, answer);
        }

        if (answer.Level.PrimeCount != 1)
        {
            throw new InvalidOperationException($"a reply of {set.ReplyBits} bits leaves more than one prime of {set}");
        }

        int count = isBatch ? set.Degree : 1;
        ulong q = answer.Level.Moduli[0].Value;
        ulong[] mask = Round(answer.Limb(1, 0), q, set.ReplyBits);
        ulong[] values = Round(answer.Limb(0, 0)[..count], q, set.ReplyBits);
        byte[] reply = new byte[ByteCount(set, isBatch)];
        FirstLine.CopyTo(reply);
        SHA256.HashData(query, reply.AsSpan(FirstLine.Length, DigestBytes));
        reply[FirstLine.Length + DigestBytes] = (byte)set.ReplyBits;
        reply[HeaderBytes - 1] = (byte)(isBatch ? 0 : 1);
        int maskBytes = ResiduePacking.ByteCount(set.Degree, set.ReplyBits);
        ResiduePacking.Pack(mask, set.ReplyBits, reply.AsSpan(HeaderBytes, maskBytes));
        ResiduePacking.Pack(values, set.ReplyBits, reply.AsSpan(HeaderBytes + maskBytes));
        return reply;
    }

    /// <summary>Reads c1 and the coefficients of c0.</summary>
    internal static ForestRefusal TryRead(ForestSet set, bool isBatch, ReadOnlySpan<byte> request, ReadOnlySpan<byte> reply, out ulong[] mask, out ulong[] values)
    {
        mask = new ulong[set.Degree];
        values = new ulong[isBatch ? set.Degree : 1];
        if (!reply.StartsWith(FirstLine))
        {
            return ForestRefusal.Magic;
        }

        if (reply.Length != ByteCount(set, isBatch))
        {
            return ForestRefusal.Length;
        }

        if (!reply.Slice(FirstLine.Length, DigestBytes).SequenceEqual(request))
        {
            return ForestRefusal.OtherRequest;
        }

        if (reply[FirstLine.Length + DigestBytes] != set.ReplyBits || reply[HeaderBytes - 2] != 0 || reply[HeaderBytes - 1] != (isBatch ? 0 : 1))
        {
            return ForestRefusal.Layout;
        }

        int maskBytes = ResiduePacking.ByteCount(set.Degree, set.ReplyBits);
        return !ResiduePacking.TryUnpack(reply.Slice(HeaderBytes, maskBytes), set.ReplyBits, mask)
            || !ResiduePacking.TryUnpack(reply[(HeaderBytes + maskBytes)..], set.ReplyBits, values)
                ? ForestRefusal.Residue
                : mask.AsSpan().ContainsAnyExcept(0UL) ? ForestRefusal.None : ForestRefusal.Transparent;
    }

    // ceil((f+1)/8) bytes little-endian, the low f+1 bits, minus 2^f: uniform on [-2^f, 2^f).
    private static void Flood(ForestSet set, Ciphertext answer, int coefficients, IRandomSource random)
    {
        Span<byte> bytes = stackalloc byte[(set.FloodBits + 8) / 8];
        byte last = (byte)((1 << (set.FloodBits + 1 - (8 * (bytes.Length - 1)))) - 1);
        ulong[] shifts = new ulong[answer.Level.PrimeCount];
        for (int prime = 0; prime < shifts.Length; prime++)
        {
            shifts[prime] = answer.Level.Moduli[prime].Pow(2, (ulong)set.FloodBits);
        }

        for (int coefficient = 0; coefficient < coefficients; coefficient++)
        {
            random.Fill(bytes);
            bytes[^1] &= last;
            for (int prime = 0; prime < shifts.Length; prime++)
            {
                Modulus q = answer.Level.Moduli[prime];
                ulong residue = 0;
                for (int i = bytes.Length - 1; i >= 0; i--)
                {
                    residue = q.Reduce(((UInt128)residue << 8) + bytes[i]);
                }

                ref ulong word = ref answer.Limb(0, prime)[coefficient];
                word = q.Add(word, q.Subtract(residue, shifts[prime]));
            }
        }

        CryptographicOperations.ZeroMemory(bytes);
    }

    // floor((x 2^k + floor(q/2)) / q) mod 2^k, the division in two steps of half the bits each.
    private static ulong[] Round(ReadOnlySpan<ulong> residues, ulong q, int bits)
    {
        ulong[] rounded = new ulong[residues.Length];
        for (int i = 0; i < rounded.Length; i++)
        {
            UInt128 numerator = ((UInt128)residues[i] << bits) + (q / 2);
            rounded[i] = (ulong)(numerator / q) & ((1UL << bits) - 1);
        }

        return rounded;
    }
}
