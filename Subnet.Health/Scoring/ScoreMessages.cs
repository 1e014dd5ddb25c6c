using System.Buffers.Binary;
using System.Security.Cryptography;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;

namespace Subnet.Health.Scoring;

/// <summary>A validator's outputs for one miner, block after block (protocol 8.2, ScoreOut).</summary>
/// <param name="Validator">Who computed them.</param>
/// <param name="Batch">The batch.</param>
/// <param name="Miner">The miner.</param>
/// <param name="Outputs">Packed outputs, one after another.</param>
internal sealed record ScoreOutputsMessage(
    ReadOnlyMemory<byte> Validator, ReadOnlyMemory<byte> Batch, ReadOnlyMemory<byte> Miner, ReadOnlyMemory<byte> Outputs)
{
    /// <summary>Signs outputs.</summary>
    public static ScoringMessage Sign(SigningKey validator, ReadOnlySpan<byte> batch, ReadOnlySpan<byte> miner, ReadOnlyMemory<byte> outputs) => new(
        SignedStatement.Sign(validator, ScoringDomains.Outputs, new CanonicalObject
        {
            ["batch"] = Convert.ToHexStringLower(batch),
            ["miner"] = Convert.ToHexStringLower(miner),
            ["outputs"] = Convert.ToHexStringLower(SHA256.HashData(outputs.Span)),
        }),
        [outputs]);

    /// <summary>Reads signed outputs; null for anything else.</summary>
    public static ScoreOutputsMessage? TryRead(ScoringMessage message)
    {
        if (message.Open(ScoringDomains.Outputs) is not { } statement || message.Attachments.Count != 1)
        {
            return null;
        }

        byte[] batch = statement.Bytes("batch", 32);
        byte[] miner = statement.Bytes("miner", 32);
        byte[] hash = statement.Bytes("outputs", 32);
        return statement.IsComplete && hash.AsSpan().SequenceEqual(SHA256.HashData(message.Attachments[0].Span))
            ? new ScoreOutputsMessage(message.Signed.Signer, batch, miner, message.Attachments[0])
            : null;
    }
}

/// <summary>A clinic's commitment to everything it decrypted for one miner (protocol 8.2, ScoreCommit).</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Miner">The miner.</param>
/// <param name="Commitment">C.</param>
/// <param name="Validators">Whose outputs are inside, in the order of the draw.</param>
internal sealed record ScoreCommitMessage(
    ReadOnlyMemory<byte> Batch, ReadOnlyMemory<byte> Miner, ReadOnlyMemory<byte> Commitment, IReadOnlyList<ReadOnlyMemory<byte>> Validators)
{
    /// <summary>Whether the validators are drawn ones in the order of the draw: outputs and seeds are hashed in this order, so there is one way to say it.</summary>
    public bool IsInOrderOf(IReadOnlyList<SeedCommitment> drawn)
    {
        int next = 0;
        foreach (SeedCommitment seed in drawn)
        {
            next += next < Validators.Count && Validators[next].Span.SequenceEqual(seed.Validator.Span) ? 1 : 0;
        }

        return next == Validators.Count;
    }

    /// <summary>Signs a commitment.</summary>
    public ScoringMessage Sign(SigningKey clinic)
    {
        byte[] validators = ScoringList.Write([.. Validators.Select(key => (CanonicalValue)Convert.ToHexStringLower(key.Span))]);
        return new ScoringMessage(
            SignedStatement.Sign(clinic, ScoringDomains.Score, new CanonicalObject
            {
                ["batch"] = Convert.ToHexStringLower(Batch.Span),
                ["miner"] = Convert.ToHexStringLower(Miner.Span),
                ["commitment"] = Convert.ToHexStringLower(Commitment.Span),
                ["validators"] = Convert.ToHexStringLower(ScoringList.Hash(validators)),
            }),
            [validators]);
    }

    /// <summary>Reads a commitment signed by a clinic; null for anything else.</summary>
    public static ScoreCommitMessage? TryRead(ScoringMessage message, ReadOnlySpan<byte> clinic)
    {
        if (message.Open(ScoringDomains.Score) is not { } statement || message.Attachments.Count != 1 || !message.Signed.Signer.Span.SequenceEqual(clinic)
            || !statement.Has("commitment"))
        {
            return null;
        }

        byte[] batch = statement.Bytes("batch", 32);
        byte[] miner = statement.Bytes("miner", 32);
        byte[] commitment = statement.Bytes("commitment", 32);
        byte[] hash = statement.Bytes("validators", 32);
        CanonicalList? list = ScoringList.Read(message.Attachments[0].Span);
        byte[][]? validators = list is { Count: >= ScoringSettings.LeastValidators and <= 64 }
            ? [.. list.Select(value => value is CanonicalText { Value.Length: 64 } text && text.Value.All(char.IsAsciiHexDigitLower) ? Convert.FromHexString(text.Value) : [])]
            : null;
        return statement.IsComplete && validators is not null && validators.All(key => key.Length == 32)
            && validators.DistinctBy(Convert.ToHexStringLower).Count() == validators.Length
            && hash.AsSpan().SequenceEqual(ScoringList.Hash(message.Attachments[0].Span))
                ? new ScoreCommitMessage(batch, miner, commitment, [.. validators.Select(key => new ReadOnlyMemory<byte>(key))])
                : null;
    }
}

/// <summary>The opening of a clinic's commitment, for the drawn validators only (protocol 8.2, ScoreOpen).</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Miner">The miner.</param>
/// <param name="Nonce">32 bytes.</param>
/// <param name="Eta">The batch's secret for noise.</param>
/// <param name="Outputs">Everything decrypted, validator after validator, block after block.</param>
internal sealed record ScoreOpenMessage(
    ReadOnlyMemory<byte> Batch, ReadOnlyMemory<byte> Miner, ReadOnlyMemory<byte> Nonce, ReadOnlyMemory<byte> Eta, IReadOnlyList<ulong> Outputs)
{
    /// <summary>Signs an opening.</summary>
    public ScoringMessage Sign(SigningKey clinic)
    {
        byte[] words = new byte[sizeof(ulong) * Outputs.Count];
        for (int i = 0; i < Outputs.Count; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(words.AsSpan(sizeof(ulong) * i), Outputs[i]);
        }

        return new ScoringMessage(
            SignedStatement.Sign(clinic, ScoringDomains.Score, new CanonicalObject
            {
                ["batch"] = Convert.ToHexStringLower(Batch.Span),
                ["miner"] = Convert.ToHexStringLower(Miner.Span),
                ["nonce"] = Convert.ToHexStringLower(Nonce.Span),
                ["outputs"] = Convert.ToHexStringLower(SHA256.HashData(words)),
                ["eta"] = Convert.ToHexStringLower(Eta.Span),
            }),
            [words]);
    }

    /// <summary>Reads an opening signed by a clinic; null for anything else.</summary>
    public static ScoreOpenMessage? TryRead(ScoringMessage message, ReadOnlySpan<byte> clinic)
    {
        if (message.Open(ScoringDomains.Score) is not { } statement || message.Attachments.Count != 1 || !message.Signed.Signer.Span.SequenceEqual(clinic)
            || message.Attachments[0].Length % sizeof(ulong) != 0)
        {
            return null;
        }

        byte[] batch = statement.Bytes("batch", 32);
        byte[] miner = statement.Bytes("miner", 32);
        byte[] nonce = statement.Bytes("nonce", 32);
        byte[] hash = statement.Bytes("outputs", 32);
        byte[] eta = statement.Bytes("eta", 32);
        ReadOnlySpan<byte> words = message.Attachments[0].Span;
        if (!statement.IsComplete || !hash.AsSpan().SequenceEqual(SHA256.HashData(words)))
        {
            return null;
        }

        ulong[] outputs = new ulong[words.Length / sizeof(ulong)];
        for (int i = 0; i < outputs.Length; i++)
        {
            outputs[i] = BinaryPrimitives.ReadUInt64BigEndian(words[(sizeof(ulong) * i)..]);
        }

        return new ScoreOpenMessage(batch, miner, nonce, eta, outputs);
    }
}

/// <summary>What a validator makes public of one miner's score (protocol 8.2, ScorePublic).</summary>
/// <param name="Validator">Who says so.</param>
/// <param name="Batch">The batch.</param>
/// <param name="Miner">The miner.</param>
/// <param name="Value">Rounded or noised.</param>
/// <param name="Publication">Which of both, and with which epsilon.</param>
internal sealed record PublicScore(
    ReadOnlyMemory<byte> Validator, ReadOnlyMemory<byte> Batch, ReadOnlyMemory<byte> Miner, long Value, ScorePublication Publication)
{
    /// <summary>Signs a public score.</summary>
    public static ScoringMessage Sign(SigningKey validator, ReadOnlySpan<byte> batch, ReadOnlySpan<byte> miner, long value, ScorePublication publication) =>
        ScoringMessage.Of(SignedStatement.Sign(validator, ScoringDomains.Public, new CanonicalObject
        {
            ["batch"] = Convert.ToHexStringLower(batch),
            ["miner"] = Convert.ToHexStringLower(miner),
            ["value"] = value,
            [publication.IsNoised ? "epsilon" : "grid"] = publication.IsNoised ? publication.EpsilonThousandths : ScorePublication.Grid,
        }));

    /// <summary>Reads a public score; null for anything else.</summary>
    public static PublicScore? TryRead(ScoringMessage message)
    {
        if (message.Open(ScoringDomains.Public) is not { } statement || message.Attachments.Count != 0)
        {
            return null;
        }

        byte[] batch = statement.Bytes("batch", 32);
        byte[] miner = statement.Bytes("miner", 32);
        long value = statement.Integer("value");
        ScorePublication? publication = statement.Has("epsilon")
            ? ScorePublication.Parse($"epsilon-{statement.Integer("epsilon", ScorePublication.MaximumEpsilon)}")
            : statement.Integer("grid", ScorePublication.Grid) == ScorePublication.Grid ? ScorePublication.Rounded : null;
        return statement.IsComplete && publication is not null ? new PublicScore(message.Signed.Signer, batch, miner, value, publication) : null;
    }
}
