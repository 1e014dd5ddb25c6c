using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Subnet.Crypto.Lattice.Randomness;

/// <summary>
/// SEAL's seeded stream (seal-format 5.2): the blocks number 0, 1, 2, ... of 4096 bytes, one after the other, each the output
/// of the extendable-output function on the 64-byte seed and the block number. Not safe for concurrent use.
/// </summary>
/// <remarks>
/// A block is made when its first byte is asked for. SEAL refills as soon as a block is used up; the bytes are the same.
/// The stream wraps after 2^76 bytes, which no caller reaches.
/// </remarks>
public sealed class SeededRandomSource : IRandomSource
{
    /// <summary>Bytes in a block.</summary>
    internal const int BlockByteCount = 4096;

    private readonly byte[] seed = new byte[PrngSeed.ByteCount];
    private readonly ulong[] keyed = new ulong[Blake2b.StateWordCount];
    private readonly byte[] block = GC.AllocateUninitializedArray<byte>(BlockByteCount);
    private PrngType type;
    private int position;
    private ulong counter;
    private bool disposed;

    /// <summary>Starts the stream of a seed.</summary>
    /// <exception cref="ArgumentException">The seed has not 64 bytes, or the type is unknown.</exception>
    public SeededRandomSource(PrngType type, ReadOnlySpan<byte> seed) => Start(type, seed);

    /// <summary>Starts the stream of another seed in the same memory, also after disposal: for <see cref="StreamPool"/> alone.</summary>
    internal void Start(PrngType type, ReadOnlySpan<byte> seed)
    {
        if (type is not (PrngType.Blake2Xb or PrngType.Shake256))
        {
            throw new ArgumentException($"generator type {(byte)type} is unknown; use 1 (Blake2xb) or 2 (SHAKE256)", nameof(type));
        }

        if (seed.Length != PrngSeed.ByteCount)
        {
            throw new ArgumentException($"a seed has {PrngSeed.ByteCount} bytes, not {seed.Length}", nameof(seed));
        }

        this.type = type;
        seed.CopyTo(this.seed);
        position = BlockByteCount;
        counter = 0;
        disposed = false;
        if (type == PrngType.Blake2Xb)
        {
            Blake2Xb.AbsorbKey(seed, BlockByteCount, keyed);
        }
    }

    /// <inheritdoc/>
    public void Fill(Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        while (!destination.IsEmpty)
        {
            if (position < BlockByteCount)
            {
                int taken = Math.Min(destination.Length, BlockByteCount - position);
                block.AsSpan(position, taken).CopyTo(destination);
                position += taken;
                destination = destination[taken..];
            }
            else if (destination.Length >= BlockByteCount)
            {
                NextBlock(destination[..BlockByteCount]);
                destination = destination[BlockByteCount..];
            }
            else
            {
                NextBlock(block);
                position = 0;
            }
        }
    }

    /// <summary>Wipes the seed and the current block.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(seed);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(keyed.AsSpan()));
        CryptographicOperations.ZeroMemory(block);
        disposed = true;
    }

    private void NextBlock(Span<byte> destination)
    {
        if (type == PrngType.Blake2Xb)
        {
            Span<byte> message = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(message, counter);
            Blake2Xb.Hash(keyed, message, destination);
        }
        else
        {
            Span<byte> message = stackalloc byte[PrngSeed.ByteCount + sizeof(ulong)];
            seed.CopyTo(message);
            BinaryPrimitives.WriteUInt64LittleEndian(message[PrngSeed.ByteCount..], counter);
            ExtendableOutput.Shake256(message, destination);
            CryptographicOperations.ZeroMemory(message);
        }

        counter++;
    }
}
