using Subnet.Crypto.Bfv;
using Subnet.Crypto.Lattice.Kernels;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Comparison;

/// <summary>
/// A batch's secret key as its clinic shows it to a reviewer on its premises: with it the reviewer reads in the ciphertexts themselves what was scored of a drawn case. It reads every
/// case of the batch, so it is shown, not sent. Disposing wipes it. Not safe for concurrent use.
/// </summary>
public sealed class ScoringSecret : IDisposable
{
    private const ulong LargestNoise = 21;

    private readonly ScoringSet set;
    private readonly SecretKey key;
    private readonly Decryptor decryptor;
    private readonly BatchEncoder encoder;

    private ScoringSecret(ScoringSet set, SecretKey key)
    {
        this.set = set;
        this.key = key;
        decryptor = new Decryptor(key);
        encoder = new BatchEncoder(set.Parameters);
    }

    /// <summary>Bytes of a secret key: two bits a coefficient.</summary>
    public static int ByteCount(ScoringSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        return set.Parameters.PolyModulusDegree / 4;
    }

    /// <summary>Takes a batch's secret key.</summary>
    /// <param name="keys">The batch's public keys.</param>
    /// <param name="bytes">Coefficient i in bits 2 i and 2 i + 1, the low bits of a byte first: 0, 1, or 2 for -1.</param>
    /// <returns>The key; null where it has another length or form, or is not that of the public key.</returns>
    public static ScoringSecret? TryOpen(ScoringKeys keys, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ScoringSet set = keys.Set;
        if (bytes.Length != ByteCount(set))
        {
            return null;
        }

        using SecretCoefficients coefficients = new(set.Parameters.PolyModulusDegree);
        for (int i = 0; i < coefficients.Span.Length; i++)
        {
            int code = (bytes[i / 4] >> (2 * (i % 4))) & 3;
            if (code == 3)
            {
                return null;
            }

            coefficients.Span[i] = (sbyte)(code == 2 ? -1 : code);
        }

        SecretKey key = new(set.Parameters);
        for (int i = 0; i < set.Parameters.Moduli.Length; i++)
        {
            SmallCoefficients.ToResidues(coefficients.Span, set.Parameters.Moduli[i].Value, key.MutableLimb(i));
            set.Parameters.Tables(i).Kernels.Forward(key.Limb(i), key.MutableLimb(i));
        }

        if (IsOf(keys.PublicKey, key))
        {
            return new ScoringSecret(set, key);
        }

        key.Dispose();
        return null;
    }

    /// <summary>What stands in a slot of a plane, in [0, t).</summary>
    /// <exception cref="ArgumentException">The plane is of another set.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such slot.</exception>
    public ulong ReadSlot(ScoringInput plane, int slot)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slot);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slot, encoder.SlotCount);
        return Read(plane, slots => slots[slot]);
    }

    /// <summary>Whether a plane has nothing but zeros from a slot on: what a clinic put behind its patients would count as more of them.</summary>
    /// <exception cref="ArgumentException">The plane is of another set.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such slot, nor is it the one behind the last.</exception>
    public bool IsZeroFrom(ScoringInput plane, int slot)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slot);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slot, encoder.SlotCount);
        return Read(plane, slots => !slots.AsSpan(slot).ContainsAnyExcept(0UL));
    }

    /// <summary>Wipes the key.</summary>
    public void Dispose()
    {
        decryptor.Dispose();
        key.Dispose();
    }

    /// <summary>The bytes of a secret key.</summary>
    internal static byte[] Write(SecretKey key)
    {
        Parameters parameters = key.Parameters;
        ulong[] residues = key.Limb(0).ToArray();
        parameters.Tables(0).Kernels.Inverse(residues, residues);
        byte[] bytes = new byte[residues.Length / 4];
        for (int i = 0; i < residues.Length; i++)
        {
            bytes[i / 4] |= (byte)((residues[i] > 1 ? 2UL : residues[i]) << (2 * (i % 4)));
        }

        residues.AsSpan().Clear();
        return bytes;
    }

    private T Read<T>(ScoringInput plane, Func<ulong[], T> read)
    {
        ArgumentNullException.ThrowIfNull(plane);
        if (plane.Set != set)
        {
            throw new ArgumentException($"the plane is of {plane.Set}, the secret key of {set}", nameof(plane));
        }

        using Plaintext plaintext = new();
        decryptor.Decrypt(plane.Ciphertext, plaintext);
        ulong[] slots = new ulong[encoder.SlotCount];
        encoder.Decode(plaintext, slots);
        T value = read(slots);
        slots.AsSpan().Clear();
        return value;
    }

    /// <summary>Whether p0 + p1 s is nothing but noise.</summary>
    private static bool IsOf(ScoringPublicKey publicKey, SecretKey key)
    {
        Level level = publicKey.Set.Parameters.FirstDataLevel;
        int n = publicKey.Set.Parameters.PolyModulusDegree;
        ulong[] p1 = new ulong[level.PolynomialWords];
        ZeroEncryption.Expand(publicKey.Seed, level, p1);
        for (int i = 0; i < level.PrimeCount; i++)
        {
            LimbKernels kernels = level.Tables(i).Kernels;
            Span<ulong> product = p1.AsSpan(i * n, n);
            kernels.Forward(product, product);
            kernels.Multiply(product, key.Limb(i), product);
            kernels.Inverse(product, product);
            ReadOnlySpan<ulong> p0 = publicKey.P0.Span.Slice(i * n, n);
            for (int j = 0; j < n; j++)
            {
                ulong noise = level.Moduli[i].Add(product[j], p0[j]);
                if (noise > LargestNoise && noise < level.Moduli[i].Value - LargestNoise)
                {
                    return false;
                }
            }
        }

        return true;
    }
}
