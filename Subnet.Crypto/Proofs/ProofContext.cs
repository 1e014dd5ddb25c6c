using System.Buffers.Binary;

namespace Subnet.Crypto.Proofs;

/// <summary>What a proof is bound to: it holds for no other subnet, epoch, miner, validator or card.</summary>
public sealed class ProofContext
{
    private const int DigestByteCount = 32;

    private readonly byte[] encoded;

    /// <summary>Binds to these values.</summary>
    /// <param name="netuid">The subnet.</param>
    /// <param name="epoch">The epoch; of registration for an opening proof.</param>
    /// <param name="miner">The miner's hotkey, 32 bytes.</param>
    /// <param name="validator">The validator's hotkey, 32 bytes; zeros for an opening proof.</param>
    /// <param name="card">The card's hash, 32 bytes.</param>
    /// <exception cref="ArgumentException">A value of another length.</exception>
    public ProofContext(ushort netuid, ulong epoch, ReadOnlySpan<byte> miner, ReadOnlySpan<byte> validator, ReadOnlySpan<byte> card)
    {
        if (miner.Length != DigestByteCount || validator.Length != DigestByteCount || card.Length != DigestByteCount)
        {
            throw new ArgumentException("miner, validator and card have 32 bytes each");
        }

        encoded = new byte[sizeof(ushort) + sizeof(ulong) + (3 * DigestByteCount)];
        BinaryPrimitives.WriteUInt16BigEndian(encoded, netuid);
        BinaryPrimitives.WriteUInt64BigEndian(encoded.AsSpan(2), epoch);
        miner.CopyTo(encoded.AsSpan(10));
        validator.CopyTo(encoded.AsSpan(42));
        card.CopyTo(encoded.AsSpan(74));
    }

    /// <summary>The subnet.</summary>
    public ushort Netuid => BinaryPrimitives.ReadUInt16BigEndian(encoded);

    /// <summary>The epoch.</summary>
    public ulong Epoch => BinaryPrimitives.ReadUInt64BigEndian(encoded.AsSpan(2));

    /// <summary>The miner's hotkey.</summary>
    public ReadOnlySpan<byte> Miner => encoded.AsSpan(10, DigestByteCount);

    /// <summary>The validator's hotkey, or zeros.</summary>
    public ReadOnlySpan<byte> Validator => encoded.AsSpan(42, DigestByteCount);

    /// <summary>The card's hash.</summary>
    public ReadOnlySpan<byte> Card => encoded.AsSpan(74, DigestByteCount);

    /// <summary>be16 netuid || be64 epoch || miner || validator || card.</summary>
    internal ReadOnlySpan<byte> Encoded => encoded;

    /// <summary>The context of the opening proof of a registration: no validator.</summary>
    public static ProofContext ForRegistration(ushort netuid, ulong epoch, ReadOnlySpan<byte> miner, ReadOnlySpan<byte> card) =>
        new(netuid, epoch, miner, stackalloc byte[DigestByteCount], card);
}
