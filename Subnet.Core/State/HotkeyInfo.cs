namespace Subnet.Core.State;

/// <summary>Who owns a hotkey and what it keeps of its nominators' dividends.</summary>
/// <param name="OwnerColdkey">The owner.</param>
/// <param name="Take">Of 65535.</param>
/// <param name="CreatedBlock">Height at which it became known.</param>
public sealed record HotkeyInfo(AccountId OwnerColdkey, ushort Take, ulong CreatedBlock) : IStateRecord<HotkeyInfo>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.Account(OwnerColdkey);
        writer.U16(Take);
        writer.U64(CreatedBlock);
    }

    /// <inheritdoc/>
    public static HotkeyInfo Read(ref CanonicalReader reader) =>
        new(reader.Account(), reader.U16(), reader.U64());
}
