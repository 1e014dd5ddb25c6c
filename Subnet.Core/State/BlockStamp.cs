namespace Subnet.Core.State;

/// <summary>The block in which something last happened.</summary>
/// <param name="Block">Its height.</param>
public sealed record BlockStamp(ulong Block) : IStateRecord<BlockStamp>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U64(Block);
    }

    /// <inheritdoc/>
    public static BlockStamp Read(ref CanonicalReader reader) =>
        new(reader.U64());
}
