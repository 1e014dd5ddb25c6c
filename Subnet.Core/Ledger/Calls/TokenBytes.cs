using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>An access token as the token protocol encodes it.</summary>
/// <param name="Bytes">At most 512 bytes.</param>
public sealed record TokenBytes(ReadOnlyMemory<byte> Bytes) : IStateRecord<TokenBytes>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer) => writer.Bytes(Bytes.Span);

    /// <inheritdoc/>
    public static TokenBytes Read(ref CanonicalReader reader) => new(reader.Bytes(512).ToArray());
}
