using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Subnet.Crypto.Lattice.Randomness;

/// <summary>
/// BLAKE2Xb with a 64-byte key and outputs of whole 64-byte nodes, as SEAL's default generator uses it (seal-format 5.2,
/// "BLAKE2X", Aumasson et al. 2016): a keyed BLAKE2b-512 makes the root, and output node i is an unkeyed BLAKE2b of the root under
/// its own parameter block. The nodes do not depend on each other, so as many are hashed side by side as a register holds.
/// </summary>
internal static class Blake2Xb
{
    /// <summary>Bytes in a key.</summary>
    public const int KeyByteCount = 64;

    /// <summary>Bytes in an output node.</summary>
    public const int NodeByteCount = 64;

    // Parameter block of the root: digest length 64, key length 64, fanout 1, depth 1.
    private const ulong RootParameters = 64 | (64UL << 8) | (1UL << 16) | (1UL << 24);

    // Words 0 and 2 of the parameter block of a node: digest length 64 and leaf length 64; inner length 64.
    private const ulong NodeParameters = 64 | (64UL << 32);
    private const ulong NodeInnerLength = 64UL << 8;

    /// <summary>
    /// The state after the key: the same for all messages under one key and output length, so a stream of blocks takes it once.
    /// </summary>
    /// <param name="key">64 bytes.</param>
    /// <param name="outputLength">Bytes of every output, a multiple of 64.</param>
    /// <param name="keyed">Eight words, as secret as the key.</param>
    /// <exception cref="ArgumentException">A length is not as said.</exception>
    public static void AbsorbKey(ReadOnlySpan<byte> key, int outputLength, Span<ulong> keyed)
    {
        if (key.Length != KeyByteCount)
        {
            throw new ArgumentException($"the key has {key.Length} bytes, not {KeyByteCount}", nameof(key));
        }

        CheckOutput(outputLength);
        Blake2b.InitializationVector.CopyTo(keyed);
        keyed[0] ^= RootParameters;
        keyed[1] ^= (ulong)outputLength << 32;
        CompressBlock(keyed, key, Blake2b.BlockByteCount, isLast: false);
    }

    /// <summary>Hashes a message of at most one block under an absorbed key.</summary>
    /// <param name="keyed">What <see cref="AbsorbKey"/> made for the length of <paramref name="destination"/>.</param>
    /// <param name="message">At most 128 bytes.</param>
    /// <param name="destination">The output.</param>
    /// <exception cref="ArgumentException">A length is not as said.</exception>
    public static void Hash(ReadOnlySpan<ulong> keyed, ReadOnlySpan<byte> message, Span<byte> destination)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Hash<Lanes512>(keyed, message, destination);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Hash<Lanes256>(keyed, message, destination);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Hash<Lanes128>(keyed, message, destination);
        }
        else
        {
            Hash<ScalarLane>(keyed, message, destination);
        }
    }

    /// <summary><see cref="Hash(ReadOnlySpan{ulong}, ReadOnlySpan{byte}, Span{byte})"/> with chosen lanes.</summary>
    internal static void Hash<TLanes>(ReadOnlySpan<ulong> keyed, ReadOnlySpan<byte> message, Span<byte> destination)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (message.Length > Blake2b.BlockByteCount)
        {
            throw new ArgumentException($"the message has {message.Length} bytes, more than {Blake2b.BlockByteCount}", nameof(message));
        }

        CheckOutput(destination.Length);
        Span<ulong> root = stackalloc ulong[Blake2b.StateWordCount];
        keyed[..Blake2b.StateWordCount].CopyTo(root);
        CompressBlock(root, message, Blake2b.BlockByteCount + (ulong)message.Length, isLast: true);
        Span<ulong> words = stackalloc ulong[Blake2b.StateWordCount * TLanes.Count];
        for (int node = 0; node * NodeByteCount < destination.Length; node += TLanes.Count)
        {
            HashNodes<TLanes>(root, node, (ulong)destination.Length << 32, ref MemoryMarshal.GetReference(words));
            Span<byte> rest = destination[(node * NodeByteCount)..];
            StoreNodes(words, TLanes.Count, rest[..Math.Min(rest.Length, TLanes.Count * NodeByteCount)]);
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(root));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(words));
    }

    private static void CheckOutput(int length)
    {
        if (length % NodeByteCount != 0)
        {
            throw new ArgumentException($"the output of {length} bytes is not made of whole nodes of {NodeByteCount}");
        }
    }

    private static void CompressBlock(Span<ulong> state, ReadOnlySpan<byte> content, ulong byteCount, bool isLast)
    {
        Span<byte> bytes = stackalloc byte[Blake2b.BlockByteCount];
        Span<ulong> block = stackalloc ulong[Blake2b.BlockWordCount];
        bytes.Clear();
        content.CopyTo(bytes);
        ReadWords(bytes, block);
        Blake2b.Compress(state, block, byteCount, isLast);
        CryptographicOperations.ZeroMemory(bytes);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(block));
    }

    private static void ReadWords(ReadOnlySpan<byte> bytes, Span<ulong> words)
    {
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(i * sizeof(ulong))..]);
        }
    }

    /// <summary>Hashes nodes node, node + 1, ... side by side; word j of lane l goes to <c>words[j * lanes + l]</c>.</summary>
    private static void HashNodes<TLanes>(ReadOnlySpan<ulong> root, int node, ulong xofLength, ref ulong words)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        // The message is the root, the same in every lane, and 64 zero bytes.
        Span<TLanes> message = stackalloc TLanes[Blake2b.BlockWordCount];
        for (int i = 0; i < Blake2b.StateWordCount; i++)
        {
            message[i] = TLanes.Broadcast(root[i]);
            message[i + Blake2b.StateWordCount] = TLanes.Broadcast(0);
        }

        ref TLanes m = ref MemoryMarshal.GetReference(message);
        ReadOnlySpan<ulong> iv = Blake2b.InitializationVector;
        TLanes h0 = TLanes.Broadcast(iv[0] ^ NodeParameters);
        TLanes h1 = TLanes.Broadcast(iv[1]) ^ (TLanes.Indices + TLanes.Broadcast((ulong)node + xofLength));
        TLanes h2 = TLanes.Broadcast(iv[2] ^ NodeInnerLength);
        TLanes v0 = h0, v1 = h1, v2 = h2, v3 = TLanes.Broadcast(iv[3]);
        TLanes v4 = TLanes.Broadcast(iv[4]), v5 = TLanes.Broadcast(iv[5]), v6 = TLanes.Broadcast(iv[6]), v7 = TLanes.Broadcast(iv[7]);
        TLanes v8 = TLanes.Broadcast(iv[0]), v9 = TLanes.Broadcast(iv[1]), v10 = TLanes.Broadcast(iv[2]), v11 = v3;
        TLanes v12 = TLanes.Broadcast(iv[4] ^ NodeByteCount), v13 = v5, v14 = TLanes.Broadcast(~iv[6]), v15 = v7;

        ref byte s = ref MemoryMarshal.GetReference(Blake2b.MessageSchedule);
        for (int round = 0; round < Blake2b.RoundCount; round++)
        {
            Mix(ref v0, ref v4, ref v8, ref v12, Unsafe.Add(ref m, s), Unsafe.Add(ref m, Unsafe.Add(ref s, 1)));
            Mix(ref v1, ref v5, ref v9, ref v13, Unsafe.Add(ref m, Unsafe.Add(ref s, 2)), Unsafe.Add(ref m, Unsafe.Add(ref s, 3)));
            Mix(ref v2, ref v6, ref v10, ref v14, Unsafe.Add(ref m, Unsafe.Add(ref s, 4)), Unsafe.Add(ref m, Unsafe.Add(ref s, 5)));
            Mix(ref v3, ref v7, ref v11, ref v15, Unsafe.Add(ref m, Unsafe.Add(ref s, 6)), Unsafe.Add(ref m, Unsafe.Add(ref s, 7)));
            Mix(ref v0, ref v5, ref v10, ref v15, Unsafe.Add(ref m, Unsafe.Add(ref s, 8)), Unsafe.Add(ref m, Unsafe.Add(ref s, 9)));
            Mix(ref v1, ref v6, ref v11, ref v12, Unsafe.Add(ref m, Unsafe.Add(ref s, 10)), Unsafe.Add(ref m, Unsafe.Add(ref s, 11)));
            Mix(ref v2, ref v7, ref v8, ref v13, Unsafe.Add(ref m, Unsafe.Add(ref s, 12)), Unsafe.Add(ref m, Unsafe.Add(ref s, 13)));
            Mix(ref v3, ref v4, ref v9, ref v14, Unsafe.Add(ref m, Unsafe.Add(ref s, 14)), Unsafe.Add(ref m, Unsafe.Add(ref s, 15)));
            s = ref Unsafe.Add(ref s, Blake2b.BlockWordCount);
        }

        int lanes = TLanes.Count;
        (h0 ^ v0 ^ v8).Store(ref words);
        (h1 ^ v1 ^ v9).Store(ref Unsafe.Add(ref words, lanes));
        (h2 ^ v2 ^ v10).Store(ref Unsafe.Add(ref words, 2 * lanes));
        (TLanes.Broadcast(iv[3]) ^ v3 ^ v11).Store(ref Unsafe.Add(ref words, 3 * lanes));
        (TLanes.Broadcast(iv[4]) ^ v4 ^ v12).Store(ref Unsafe.Add(ref words, 4 * lanes));
        (TLanes.Broadcast(iv[5]) ^ v5 ^ v13).Store(ref Unsafe.Add(ref words, 5 * lanes));
        (TLanes.Broadcast(iv[6]) ^ v6 ^ v14).Store(ref Unsafe.Add(ref words, 6 * lanes));
        (TLanes.Broadcast(iv[7]) ^ v7 ^ v15).Store(ref Unsafe.Add(ref words, 7 * lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix<TLanes>(ref TLanes a, ref TLanes b, ref TLanes c, ref TLanes d, TLanes x, TLanes y)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        a = a + b + x;
        d = TLanes.RotateRight(d ^ a, 32);
        c += d;
        b = TLanes.RotateRight(b ^ c, 24);
        a = a + b + y;
        d = TLanes.RotateRight(d ^ a, 16);
        c += d;
        b = TLanes.RotateRight(b ^ c, 63);
    }

    private static void StoreNodes(ReadOnlySpan<ulong> words, int lanes, Span<byte> destination)
    {
        for (int lane = 0; lane < destination.Length / NodeByteCount; lane++)
        {
            Span<byte> node = destination.Slice(lane * NodeByteCount, NodeByteCount);
            for (int j = 0; j < Blake2b.StateWordCount; j++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(node[(j * sizeof(ulong))..], words[(j * lanes) + lane]);
            }
        }
    }
}
