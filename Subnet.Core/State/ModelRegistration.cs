namespace Subnet.Core.State;

/// <summary>A model card and the commitment to its weights.</summary>
/// <param name="Hotkey">The hotkey.</param>
/// <param name="Commitment">33 byte curve point or 32 byte hash.</param>
/// <param name="Height">Block of registration: the model's age.</param>
/// <param name="RetiredHeight">Block of retirement; 0 while in use.</param>
public sealed record ModelRegistration(
    AccountId Hotkey,
    ReadOnlyMemory<byte> Commitment,
    ulong Height,
    ulong RetiredHeight) : IStateRecord<ModelRegistration>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.Account(Hotkey);
        writer.Bytes(Commitment.Span);
        writer.U64(Height);
        writer.U64(RetiredHeight);
    }

    /// <inheritdoc/>
    public static ModelRegistration Read(ref CanonicalReader reader) =>
        new(reader.Account(), reader.Bytes(64).ToArray(), reader.U64(), reader.U64());
}

/// <summary>Who registered a commitment first.</summary>
/// <param name="Hotkey">The hotkey.</param>
/// <param name="Height">Block of the first registration.</param>
public sealed record CommitmentOwner(AccountId Hotkey, ulong Height) : IStateRecord<CommitmentOwner>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.Account(Hotkey);
        writer.U64(Height);
    }

    /// <inheritdoc/>
    public static CommitmentOwner Read(ref CanonicalReader reader) =>
        new(reader.Account(), reader.U64());
}
