using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Comparison;

/// <summary>
/// A validator's session randomness (protocol 8.2): each label opens a stream at SHAKE256("subnet-score-xof/1" LF || batch || miner || u8 length(label) || label || seed,
/// 64 bytes). Batch and miner are inside, so one seed never serves two sessions. Disposing wipes the seed.
/// </summary>
public sealed class ScoreRandomness : IDisposable
{
    private readonly byte[] batch;
    private readonly byte[] miner;
    private readonly byte[] seed;

    /// <summary>Copies batch id, miner's hotkey and seed, 32 bytes each.</summary>
    /// <exception cref="ArgumentException">One has another length.</exception>
    public ScoreRandomness(ReadOnlySpan<byte> batch, ReadOnlySpan<byte> miner, ReadOnlySpan<byte> seed)
    {
        if (batch.Length != 32 || miner.Length != 32 || seed.Length != 32)
        {
            throw new ArgumentException("batch id, hotkey and seed have 32 bytes each");
        }

        this.batch = batch.ToArray();
        this.miner = miner.ToArray();
        this.seed = seed.ToArray();
    }

    /// <summary>What the validator logs before the beacon: H("subnet-score-seed/1" LF || seed).</summary>
    public static byte[] CommitmentOf(ReadOnlySpan<byte> seed) => SHA256.HashData([.. "subnet-score-seed/1\n"u8, .. seed]);

    /// <summary>Wipes the seed.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(seed);

    /// <summary>
    /// The stream from which published noise is drawn: the same function of eta || seeds. With public seeds alone the noise could be taken off again.
    /// </summary>
    /// <param name="batch">Batch id, 32 bytes.</param>
    /// <param name="miner">The miner's hotkey, 32 bytes.</param>
    /// <param name="eta">The clinic's secret of the batch, 32 bytes.</param>
    /// <param name="seeds">The validators' opened seeds, one after another in their order.</param>
    /// <exception cref="ArgumentException">A part has another length.</exception>
    public static IRandomSource OpenNoise(ReadOnlySpan<byte> batch, ReadOnlySpan<byte> miner, ReadOnlySpan<byte> eta, ReadOnlySpan<byte> seeds) =>
        batch.Length == 32 && miner.Length == 32 && eta.Length == 32 && !seeds.IsEmpty && seeds.Length % 32 == 0
            ? Open(batch, miner, "noise", [.. eta, .. seeds])
            : throw new ArgumentException("batch id, hotkey, eta and every seed have 32 bytes each");

    /// <summary>The stream of a label.</summary>
    internal IRandomSource Open(string label) => Open(batch, miner, label, seed);

    private static SeededRandomSource Open(ReadOnlySpan<byte> batch, ReadOnlySpan<byte> miner, string label, ReadOnlySpan<byte> seed)
    {
        byte[] name = Encoding.ASCII.GetBytes(label);
        byte[] message = [.. "subnet-score-xof/1\n"u8, .. batch, .. miner, (byte)name.Length, .. name, .. seed];
        Span<byte> start = stackalloc byte[PrngSeed.ByteCount];
        ExtendableOutput.Shake256(message, start);
        CryptographicOperations.ZeroMemory(message);
        SeededRandomSource source = new(PrngType.Blake2Xb, start);
        CryptographicOperations.ZeroMemory(start);
        return source;
    }

    /// <summary>The next element of the field of t: words of the stream, those at or above floor(2^64/t) t skipped, modulo t.</summary>
    internal static ulong NextElement(IRandomSource source, ulong t)
    {
        // floor(2^64 / t) t without leaving 64 bits: 2^64 - (2^64 mod t).
        ulong limit = 0 - ((ulong.MaxValue % t) + 1);
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        ulong word;
        do
        {
            source.Fill(bytes);
            word = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        }
        while (limit != 0 && word >= limit);

        return word % t;
    }

    /// <summary>The next element that is not 0.</summary>
    internal static ulong NextNonZeroElement(IRandomSource source, ulong t)
    {
        ulong element;
        do
        {
            element = NextElement(source, t);
        }
        while (element == 0);

        return element;
    }
}
