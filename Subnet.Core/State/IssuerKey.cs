namespace Subnet.Core.State;

/// <summary>A token issuer's public key with what was sold and settled under it.</summary>
/// <param name="Issuer">Account that published it and answers for it.</param>
/// <param name="PublicKey">As the token protocol encodes it.</param>
/// <param name="Price">Of one token, in rao.</param>
/// <param name="Sold">Tokens paid for.</param>
/// <param name="Settled">Tokens redeemed by miners.</param>
/// <param name="Escrow">Paid and not settled, in rao.</param>
public sealed record IssuerKey(
    AccountId Issuer,
    ReadOnlyMemory<byte> PublicKey,
    ulong Price,
    ulong Sold,
    ulong Settled,
    ulong Escrow) : IStateRecord<IssuerKey>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.Account(Issuer);
        writer.Bytes(PublicKey.Span);
        writer.U64(Price);
        writer.U64(Sold);
        writer.U64(Settled);
        writer.U64(Escrow);
    }

    /// <inheritdoc/>
    public static IssuerKey Read(ref CanonicalReader reader) =>
        new(
            reader.Account(),
            reader.Bytes(1024).ToArray(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64());
}

/// <summary>Tokens one buyer paid for; what the issuer may sign for it.</summary>
/// <param name="Count">Tokens.</param>
public sealed record Purchase(ulong Count) : IStateRecord<Purchase>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U64(Count);
    }

    /// <inheritdoc/>
    public static Purchase Read(ref CanonicalReader reader) =>
        new(reader.U64());
}

/// <summary>A record whose key says everything.</summary>
public sealed record Mark : IStateRecord<Mark>
{
    /// <summary>The only one.</summary>
    public static Mark Set { get; } = new();

    /// <inheritdoc/>
    public void Write(CanonicalWriter writer) => writer.U8(1);

    /// <inheritdoc/>
    public static Mark Read(ref CanonicalReader reader) =>
        reader.U8() == 1 ? Set : throw new LedgerFormatException("a mark is 1");
}
