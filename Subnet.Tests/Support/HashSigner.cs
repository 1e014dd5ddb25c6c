using System.Security.Cryptography;
using System.Text;
using Subnet.Core.Ledger;
using Subnet.Core.State;

namespace Subnet.Tests.Support;

/// <summary>
/// Stands in for Ed25519 where a test is about the ledger's rules: a "signature" is SHA-512 of key and message, which anyone could make but
/// which notices every change of either. Tests of signatures themselves use real ones.
/// </summary>
internal sealed class HashSigner(AccountId account) : ILedgerSigner
{
    public AccountId Account { get; } = account;

    /// <summary>A signer whose key is the digest of a name.</summary>
    public static HashSigner Named(string name) => new(new AccountId(SHA256.HashData(Encoding.UTF8.GetBytes(name))));

    public byte[] Sign(ReadOnlySpan<byte> message) => HashSignatureVerifier.Compute(Account.ToArray(), message);
}

/// <summary>Checks what <see cref="HashSigner"/> makes.</summary>
internal sealed class HashSignatureVerifier : ISignatureVerifier
{
    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signature.SequenceEqual(Compute(publicKey, message));

    internal static byte[] Compute(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message)
    {
        byte[] input = new byte[publicKey.Length + message.Length];
        publicKey.CopyTo(input);
        message.CopyTo(input.AsSpan(publicKey.Length));
        return SHA512.HashData(input);
    }
}
