namespace Subnet.Core.State;

/// <summary>The key of a table with one record.</summary>
public readonly record struct SingleKey : IStateRecord<SingleKey>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer) => writer.U8(0);

    /// <inheritdoc/>
    public static SingleKey Read(ref CanonicalReader reader) =>
        reader.U8() == 0 ? default : throw new LedgerFormatException("the key of a table with one record is 0");
}

/// <summary>A subnet.</summary>
/// <param name="Netuid">Subnet; 0 is root.</param>
public readonly record struct SubnetKey(ushort Netuid) : IStateRecord<SubnetKey>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U16(Netuid);
    }

    /// <inheritdoc/>
    public static SubnetKey Read(ref CanonicalReader reader) =>
        new(reader.U16());
}

/// <summary>A slot of a subnet.</summary>
/// <param name="Netuid">Subnet; 0 is root.</param>
/// <param name="Uid">Index of the slot.</param>
public readonly record struct NeuronKey(ushort Netuid, ushort Uid) : IStateRecord<NeuronKey>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U16(Netuid);
        writer.U16(Uid);
    }

    /// <inheritdoc/>
    public static NeuronKey Read(ref CanonicalReader reader) =>
        new(reader.U16(), reader.U16());
}

/// <summary>A hotkey on a subnet.</summary>
/// <param name="Netuid">Subnet; 0 is root.</param>
/// <param name="Hotkey">The hotkey.</param>
public readonly record struct HotkeyKey(ushort Netuid, AccountId Hotkey) : IStateRecord<HotkeyKey>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U16(Netuid);
        writer.Account(Hotkey);
    }

    /// <inheritdoc/>
    public static HotkeyKey Read(ref CanonicalReader reader) =>
        new(reader.U16(), reader.Account());
}

/// <summary>A stake: on which subnet, behind which hotkey, and whose.</summary>
/// <param name="Netuid">Subnet; 0 is root.</param>
/// <param name="Hotkey">The hotkey.</param>
/// <param name="Coldkey">The holder.</param>
public readonly record struct StakeKey(ushort Netuid, AccountId Hotkey, AccountId Coldkey) : IStateRecord<StakeKey>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U16(Netuid);
        writer.Account(Hotkey);
        writer.Account(Coldkey);
    }

    /// <inheritdoc/>
    public static StakeKey Read(ref CanonicalReader reader) =>
        new(reader.U16(), reader.Account(), reader.Account());
}

/// <summary>A proposal.</summary>
/// <param name="Id">Running number from 1.</param>
public readonly record struct ProposalKey(ulong Id) : IStateRecord<ProposalKey>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U64(Id);
    }

    /// <inheritdoc/>
    public static ProposalKey Read(ref CanonicalReader reader) =>
        new(reader.U64());
}

/// <summary>A vote on a proposal.</summary>
/// <param name="Proposal">The proposal.</param>
/// <param name="Voter">Coldkey that voted.</param>
public readonly record struct VoteKey(ulong Proposal, AccountId Voter) : IStateRecord<VoteKey>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U64(Proposal);
        writer.Account(Voter);
    }

    /// <inheritdoc/>
    public static VoteKey Read(ref CanonicalReader reader) =>
        new(reader.U64(), reader.Account());
}

/// <summary>A model card on a subnet.</summary>
/// <param name="Netuid">Subnet; 0 is root.</param>
/// <param name="Card">SHA-256 of the card.</param>
public readonly record struct ModelKey(ushort Netuid, Hash256 Card) : IStateRecord<ModelKey>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U16(Netuid);
        writer.Digest(Card);
    }

    /// <inheritdoc/>
    public static ModelKey Read(ref CanonicalReader reader) =>
        new(reader.U16(), reader.Digest());
}

/// <summary>An issuer key: one for each subnet, access epoch and denomination.</summary>
/// <param name="Netuid">Subnet; 0 is root.</param>
/// <param name="Epoch">Access epoch the tokens are for.</param>
/// <param name="Denomination">Rows a token pays for: 1, 16 or 256.</param>
public readonly record struct IssuerKeyId(ushort Netuid, ulong Epoch, ushort Denomination) : IStateRecord<IssuerKeyId>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U16(Netuid);
        writer.U64(Epoch);
        writer.U16(Denomination);
    }

    /// <inheritdoc/>
    public static IssuerKeyId Read(ref CanonicalReader reader) =>
        new(reader.U16(), reader.U64(), reader.U16());
}

/// <summary>What one buyer bought under one issuer key.</summary>
/// <param name="Issuer">The key.</param>
/// <param name="Buyer">Coldkey that paid.</param>
public readonly record struct PurchaseKey(IssuerKeyId Issuer, AccountId Buyer) : IStateRecord<PurchaseKey>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        Issuer.Write(writer);
        writer.Account(Buyer);
    }

    /// <inheritdoc/>
    public static PurchaseKey Read(ref CanonicalReader reader) =>
        new(IssuerKeyId.Read(ref reader), reader.Account());
}

/// <summary>A token that was settled.</summary>
/// <param name="Issuer">The key it was signed with.</param>
/// <param name="Nonce">Its nonce.</param>
public readonly record struct SettledKey(IssuerKeyId Issuer, Hash256 Nonce) : IStateRecord<SettledKey>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        Issuer.Write(writer);
        writer.Digest(Nonce);
    }

    /// <inheritdoc/>
    public static SettledKey Read(ref CanonicalReader reader) =>
        new(IssuerKeyId.Read(ref reader), reader.Digest());
}

/// <summary>A transparency log.</summary>
/// <param name="Origin">Its origin line.</param>
public readonly record struct AnchorKey(string Origin) : IStateRecord<AnchorKey>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.Text(Origin);
    }

    /// <inheritdoc/>
    public static AnchorKey Read(ref CanonicalReader reader) =>
        new(reader.Text(255));
}

/// <summary>What was last done when.</summary>
/// <param name="Kind">What is limited.</param>
/// <param name="Netuid">Subnet; 0 is root.</param>
/// <param name="Subject">Whose limit, zero where it is the subnet's.</param>
/// <param name="Item">Which parameter, 0 where there is one.</param>
public readonly record struct RateLimitKey(byte Kind, ushort Netuid, AccountId Subject, ushort Item) : IStateRecord<RateLimitKey>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U8(Kind);
        writer.U16(Netuid);
        writer.Account(Subject);
        writer.U16(Item);
    }

    /// <inheritdoc/>
    public static RateLimitKey Read(ref CanonicalReader reader) =>
        new(reader.U8(), reader.U16(), reader.Account(), reader.U16());
}
