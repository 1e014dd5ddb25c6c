using System.Buffers.Binary;
using Org.BouncyCastle.Crypto.Digests;

namespace Subnet.Crypto.Rlwe;

/// <summary>
/// The 32-byte digest that names the parameters of one level: unkeyed BLAKE2b-256 over the little-endian words scheme, N, the
/// primes, t (seal-format 3.1). All zero is reserved: it marks a plaintext in coefficient form.
/// </summary>
public readonly struct ParametersId : IEquatable<ParametersId>
{
    /// <summary>Length in bytes.</summary>
    public const int ByteCount = 32;

    private readonly ulong _word0;
    private readonly ulong _word1;
    private readonly ulong _word2;
    private readonly ulong _word3;

    /// <summary>Reads the 32 bytes of a file.</summary>
    /// <exception cref="ArgumentException">There are not 32 bytes.</exception>
    public ParametersId(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != ByteCount)
        {
            throw new ArgumentException($"a parameters id has {ByteCount} bytes, not {bytes.Length}", nameof(bytes));
        }

        _word0 = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        _word1 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        _word2 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        _word3 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
    }

    /// <summary>The reserved id of plaintexts in coefficient form.</summary>
    public static ParametersId Zero => default;

    /// <summary>Whether this is the reserved id.</summary>
    public bool IsZero => (_word0 | _word1 | _word2 | _word3) == 0;

    /// <summary>Hashes the description of a level.</summary>
    /// <param name="scheme">The scheme.</param>
    /// <param name="polyModulusDegree">N.</param>
    /// <param name="coeffModulus">The primes of the level.</param>
    /// <param name="plainModulus">t; 0 for CKKS.</param>
    public static ParametersId Compute(Scheme scheme, int polyModulusDegree, ReadOnlySpan<ulong> coeffModulus, ulong plainModulus)
    {
        byte[] message = new byte[8 * (coeffModulus.Length + 3)];
        BinaryPrimitives.WriteUInt64LittleEndian(message, (ulong)scheme);
        BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(8), (ulong)polyModulusDegree);
        for (int i = 0; i < coeffModulus.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(16 + (8 * i)), coeffModulus[i]);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(message.Length - 8), plainModulus);
        Blake2bDigest digest = new(8 * ByteCount);
        digest.BlockUpdate(message, 0, message.Length);
        byte[] hash = new byte[ByteCount];
        digest.DoFinal(hash, 0);
        return new ParametersId(hash);
    }

    /// <summary>Writes the 32 bytes.</summary>
    /// <exception cref="ArgumentException">The destination is shorter.</exception>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, _word0);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], _word1);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], _word2);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], _word3);
    }

    /// <inheritdoc/>
    public bool Equals(ParametersId other) =>
        _word0 == other._word0 && _word1 == other._word1 && _word2 == other._word2 && _word3 == other._word3;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ParametersId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _word0.GetHashCode();

    /// <summary>Whether two ids are equal.</summary>
    public static bool operator ==(ParametersId left, ParametersId right) => left.Equals(right);

    /// <summary>Whether two ids differ.</summary>
    public static bool operator !=(ParametersId left, ParametersId right) => !left.Equals(right);

    /// <summary>The bytes in lower-case hex.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[ByteCount];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
