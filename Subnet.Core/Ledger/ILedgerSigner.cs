using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>Signs transactions or block headers with one Ed25519 key (RFC 8032).</summary>
public interface ILedgerSigner
{
    /// <summary>The public key.</summary>
    AccountId Account { get; }

    /// <summary>A 64 byte signature of the message.</summary>
    byte[] Sign(ReadOnlySpan<byte> message);
}
