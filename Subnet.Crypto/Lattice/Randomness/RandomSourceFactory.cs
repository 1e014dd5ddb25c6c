using System.Security.Cryptography;

namespace Subnet.Crypto.Lattice.Randomness;

/// <summary>
/// Hands out seeded streams whose seeds come one after the other from a master source: the operating system's generator in
/// production, a seeded stream where a transcript must be reproducible. Safe for concurrent use; with a seeded master the
/// transcript is reproducible only if the calls come in a fixed order.
/// </summary>
/// <remarks>
/// No two sources of a factory share a seed, so an encryption can never reuse the randomness of another one, also not under a
/// fixed master seed. Public seeds come from the same one-way stream under positions of their own; publishing them tells
/// nothing about the others (both functions are pseudorandom under a secret key).
/// </remarks>
public sealed class RandomSourceFactory : IRandomSourceFactory, IDisposable
{
    private readonly Lock gate = new();
    private readonly IRandomSource master;
    private readonly PrngType type;

    /// <summary>Takes over <paramref name="master"/>, from which every seed is drawn.</summary>
    /// <exception cref="ArgumentException">The type is unknown.</exception>
    public RandomSourceFactory(PrngType type, IRandomSource master)
    {
        ArgumentNullException.ThrowIfNull(master);
        if (type is not (PrngType.Blake2Xb or PrngType.Shake256))
        {
            throw new ArgumentException($"generator type {(byte)type} is unknown; use 1 (Blake2xb) or 2 (SHAKE256)", nameof(type));
        }

        this.type = type;
        this.master = master;
    }

    /// <summary>Seeds from the operating system's generator.</summary>
    public static RandomSourceFactory FromOperatingSystem(PrngType type = PrngType.Blake2Xb) =>
        new(type, new OperatingSystemRandomSource());

    /// <summary>Reproducible: every seed follows from these 64 bytes and the order of the calls.</summary>
    /// <exception cref="ArgumentException">The seed has not 64 bytes.</exception>
    public static RandomSourceFactory FromSeed(ReadOnlySpan<byte> seed, PrngType type = PrngType.Blake2Xb) =>
        new(type, new SeededRandomSource(type, seed));

    /// <inheritdoc/>
    public IRandomSource Create()
    {
        Span<byte> seed = stackalloc byte[PrngSeed.ByteCount];
        Draw(seed);
        SeededRandomSource source = new(type, seed);
        CryptographicOperations.ZeroMemory(seed);
        return source;
    }

    /// <summary>The source that <see cref="Create"/> would make, on borrowed memory.</summary>
    internal StreamPool.Lease Rent(StreamPool pool)
    {
        Span<byte> seed = stackalloc byte[PrngSeed.ByteCount];
        Draw(seed);
        StreamPool.Lease lease = pool.Rent(type, seed);
        CryptographicOperations.ZeroMemory(seed);
        return lease;
    }

    /// <inheritdoc/>
    public PrngSeed CreatePublicSeed()
    {
        Span<byte> seed = stackalloc byte[PrngSeed.ByteCount];
        Draw(seed);
        return new PrngSeed(type, seed);
    }

    /// <summary>Disposes the master source.</summary>
    public void Dispose() => master.Dispose();

    private void Draw(Span<byte> seed)
    {
        lock (gate)
        {
            master.Fill(seed);
        }
    }
}
