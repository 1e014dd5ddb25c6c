using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>
/// A signed call. The signature covers <c>subnet-transaction/1 LF || genesis hash || body</c>: the hash is not transmitted, so a
/// transaction of one network means nothing on another, not even on one of the same name. The nonce makes it count once.
/// </summary>
public sealed class Transaction
{
    /// <summary>Version of the encoding.</summary>
    public const byte CurrentVersion = 1;

    /// <summary>Largest encoding accepted, in bytes.</summary>
    public const int MaxSize = 1 << 19;

    /// <summary>Length of a signature.</summary>
    public const int SignatureSize = 64;

    private readonly byte[] _bytes;

    private Transaction(byte[] bytes, string network, AccountId signer, ulong nonce, ulong maxFee, ulong validUntil, LedgerCall call)
    {
        _bytes = bytes;
        Network = network;
        Signer = signer;
        Nonce = nonce;
        MaxFee = maxFee;
        ValidUntil = validUntil;
        Call = call;
        Id = Hash256.Of(bytes);
    }

    /// <summary>Name of the network it is for.</summary>
    public string Network { get; }

    /// <summary>Who signed: a coldkey or, for calls of neurons, a hotkey.</summary>
    public AccountId Signer { get; }

    /// <summary>Number of the signer's transactions before it.</summary>
    public ulong Nonce { get; }

    /// <summary>Most the signer pays for inclusion, in rao.</summary>
    public ulong MaxFee { get; }

    /// <summary>Last height at which it may be included; 0 for any.</summary>
    public ulong ValidUntil { get; }

    /// <summary>What it asks for.</summary>
    public LedgerCall Call { get; }

    /// <summary>SHA-256 of the encoding, signature included.</summary>
    public Hash256 Id { get; }

    /// <summary>The canonical encoding.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    internal ReadOnlyMemory<byte> Memory => _bytes;

    /// <summary>Whether the signature was checked in this process.</summary>
    internal bool SignatureChecked { get; set; }

    /// <summary>Encodes and signs.</summary>
    public static Transaction Create(
        ILedgerSigner signer, Hash256 genesisHash, string network, ulong nonce, LedgerCall call, ulong maxFee = ulong.MaxValue, ulong validUntil = 0)
    {
        CanonicalWriter writer = new();
        writer.U8(CurrentVersion);
        writer.Text(network);
        writer.Account(signer.Account);
        writer.U64(nonce);
        writer.U64(maxFee);
        writer.U64(validUntil);
        call.Write(writer);
        byte[] signature = signer.Sign(Message(genesisHash, writer.Written));
        writer.Raw(signature);
        return Decode(writer.Written);
    }

    /// <summary>Reads an encoding; accepts exactly what <see cref="Create"/> makes.</summary>
    /// <exception cref="LedgerFormatException">Anything else.</exception>
    public static Transaction Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxSize)
        {
            throw new LedgerFormatException($"a transaction of {bytes.Length} bytes is longer than the {MaxSize} allowed");
        }

        CanonicalReader reader = new(bytes);
        byte version = reader.U8();
        if (version != CurrentVersion)
        {
            throw new LedgerFormatException($"transaction version {version} is not known; this build reads version {CurrentVersion}");
        }

        string network = reader.Text(Genesis.MaxNetworkLength);
        AccountId signer = reader.Account();
        ulong nonce = reader.U64();
        ulong maxFee = reader.U64();
        ulong validUntil = reader.U64();
        LedgerCall call = LedgerCall.Read(ref reader);
        reader.Raw(SignatureSize);
        reader.End();
        return new Transaction(bytes.ToArray(), network, signer, nonce, maxFee, validUntil, call);
    }

    /// <summary>Whether the signature is the signer's for the network of this genesis.</summary>
    public bool HasValidSignature(ISignatureVerifier verifier, Hash256 genesisHash) =>
        verifier.Verify(
            Signer.ToArray(),
            Message(genesisHash, _bytes.AsSpan(0, _bytes.Length - SignatureSize)),
            _bytes.AsSpan(_bytes.Length - SignatureSize));

    private static byte[] Message(Hash256 genesisHash, ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<byte> domain = "subnet-transaction/1\n"u8;
        byte[] message = new byte[domain.Length + Hash256.Size + body.Length];
        domain.CopyTo(message);
        genesisHash.CopyTo(message.AsSpan(domain.Length));
        body.CopyTo(message.AsSpan(domain.Length + Hash256.Size));
        return message;
    }
}
