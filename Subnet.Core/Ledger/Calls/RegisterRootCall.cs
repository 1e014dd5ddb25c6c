using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Takes a seat on root for a hotkey.</summary>
/// <param name="Hotkey">The hotkey.</param>
public sealed record RegisterRootCall(AccountId Hotkey) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.RegisterRoot;

    internal override void WriteBody(CanonicalWriter writer) => writer.Account(Hotkey);

    internal static RegisterRootCall ReadBody(ref CanonicalReader reader) =>
        new(reader.Account());
}
