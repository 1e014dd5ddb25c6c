using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Health.Circuits;

/// <summary>The private side of a keyless card. Disposing wipes it.</summary>
/// <param name="Card">Hash of the card, 32 bytes.</param>
/// <param name="Weights">Row-major, K x n; owned and wiped by the circuit.</param>
/// <param name="Opening">Opens the card's commitment.</param>
internal sealed record PrivateCircuit(byte[] Card, long[] Weights, CommitmentOpening Opening) : IDisposable
{
    /// <summary>Wipes weights and opening.</summary>
    public void Dispose()
    {
        Opening.Dispose();
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(Weights.AsSpan()));
    }
}

/// <summary>The file a miner serves a keyless card from; its content is be32 count, be64 weights, blinding 32, under <see cref="SealedFile"/>.</summary>
internal static class CircuitFile
{
    private static ReadOnlySpan<byte> FirstLine => "subnet-circuit/1\n"u8;

    /// <summary>Encrypts the private side under a password.</summary>
    /// <exception cref="ArgumentException">The password is empty or the cost outside its bounds.</exception>
    public static byte[] Seal(PrivateCircuit circuit, ReadOnlySpan<byte> password, ScryptCost cost, IRandomSource random)
    {
        byte[] plain = GC.AllocateArray<byte>(sizeof(int) + (sizeof(long) * circuit.Weights.Length) + CommitmentOpening.BlindingByteCount, pinned: true);
        try
        {
            BinaryPrimitives.WriteInt32BigEndian(plain, circuit.Weights.Length);
            for (int i = 0; i < circuit.Weights.Length; i++)
            {
                BinaryPrimitives.WriteInt64BigEndian(plain.AsSpan(sizeof(int) + (sizeof(long) * i)), circuit.Weights[i]);
            }

            circuit.Opening.CopyBlinding(plain.AsSpan()[^CommitmentOpening.BlindingByteCount..]);
            return SealedFile.Seal(FirstLine, circuit.Card, plain, password, cost, random);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>Decrypts.</summary>
    /// <exception cref="CircuitException">Not such a file, or not opened by this password.</exception>
    public static PrivateCircuit Unseal(ReadOnlySpan<byte> file, ReadOnlySpan<byte> password)
    {
        (byte[] card, byte[] plain) = SealedFile.Unseal(FirstLine, file, password);
        try
        {
            return Read(card, plain);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    // The bytes are authenticated, so they are what some holder of the password wrote; lengths are checked all the same.
    private static PrivateCircuit Read(byte[] card, ReadOnlySpan<byte> plain)
    {
        int count = plain.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32BigEndian(plain);
        if (count is < 1 or > GeneratorSet.MaxCount || plain.Length != sizeof(int) + (sizeof(long) * count) + CommitmentOpening.BlindingByteCount)
        {
            throw SealedFile.Damaged();
        }

        long[] weights = new long[count];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = BinaryPrimitives.ReadInt64BigEndian(plain[(sizeof(int) + (sizeof(long) * i))..]);
        }

        return CommitmentOpening.TryCreate(weights, plain[^CommitmentOpening.BlindingByteCount..], out CommitmentOpening? opening)
            ? new PrivateCircuit(card, weights, opening)
            : throw SealedFile.Damaged();
    }
}
