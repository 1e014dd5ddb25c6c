namespace Subnet.Core.State;

/// <summary>The newest anchored checkpoint of a transparency log.</summary>
/// <param name="Size">Number of leaves.</param>
/// <param name="Root">Root hash.</param>
/// <param name="Height">Block that anchored it.</param>
/// <param name="Submitter">The account that anchors for this origin.</param>
public sealed record Anchor(ulong Size, Hash256 Root, ulong Height, AccountId Submitter) : IStateRecord<Anchor>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U64(Size);
        writer.Digest(Root);
        writer.U64(Height);
        writer.Account(Submitter);
    }

    /// <inheritdoc/>
    public static Anchor Read(ref CanonicalReader reader) =>
        new(reader.U64(), reader.Digest(), reader.U64(), reader.Account());
}
