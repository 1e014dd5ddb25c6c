using Subnet.Core.Ledger;
using Subnet.Core.State;
using Subnet.Crypto.Identity;

namespace Subnet.Health.Node;

/// <summary>Signs transactions or blocks with a key of the wallet; disposing wipes the key.</summary>
internal sealed class LedgerKey(SigningKey key) : ILedgerSigner, IDisposable
{
    /// <inheritdoc/>
    public AccountId Account { get; } = new(key.PublicKey);

    /// <summary>The key itself, for what is signed beside the ledger: receipts, notes.</summary>
    public SigningKey Key { get; } = key;

    /// <inheritdoc/>
    public byte[] Sign(ReadOnlySpan<byte> message) => Key.Sign(message);

    public void Dispose() => Key.Dispose();
}
