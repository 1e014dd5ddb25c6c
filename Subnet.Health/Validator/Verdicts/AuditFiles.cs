using Google.Protobuf;
using Google.Protobuf.Collections;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Proofs;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Audits;
using Subnet.Health.Circuits;
using Subnet.Health.Review.Entries;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Health.Validator.Challenges;
using Subnet.Health.Validator.Store;
using AuditFileMessage = Subnet.Health.Rpc.ValidationV1.AuditFile;
using LinearProofMessage = Subnet.Health.Rpc.InferenceV1.LinearProof;
using OpenedAudit = Subnet.Health.Audits.OpenedAudit;
using OpenedAuditMessage = Subnet.Health.Rpc.InferenceV1.OpenedAudit;

namespace Subnet.Health.Validator.Verdicts;

/// <summary>
/// Builds the file of a miner's audits in an epoch and judges one. The validator and every co-validator judge by this one function from the bytes of the file, so who
/// signs has seen what the others saw.
/// </summary>
internal static class AuditFiles
{
    /// <summary>What card and ledger say of a model.</summary>
    public static IAuditedModel ModelOf(ReadCard card)
    {
        ArgumentNullException.ThrowIfNull(card);
        if (card.Forest is not null)
        {
            return AuditedForest.Of(card);
        }

        CardQuery query = card.Query;
        return VectorCommitment.TryParse(query.Commitment.AsSpan(), out VectorCommitment? commitment)
            ? new AuditedModel(card.Hash.ToArray(), query.Parameters, query.Encoding, query.Classes, query.Bound, commitment)
            : throw new CircuitException("the card's commitment is no point of the curve; report its miner.");
    }

    /// <summary>Opens the audits of a miner.</summary>
    /// <param name="key">The validator's hotkey.</param>
    /// <param name="plan">The logged plan.</param>
    /// <param name="audits">Every audit of the plan that concerns this miner and card.</param>
    /// <param name="otherLeaves">The plan's other leaves.</param>
    public static AuditOpen Open(SigningKey key, StoredPlan plan, IReadOnlyList<Challenge> audits, IEnumerable<byte[]> otherLeaves)
    {
        ArgumentNullException.ThrowIfNull(key);
        AuditOpen message = new()
        {
            Netuid = plan.Netuid,
            Epoch = plan.Epoch,
            Validator = ByteString.CopyFrom(key.PublicKey),
            Miner = ByteString.CopyFrom(audits[0].Miner),
            Card = ByteString.CopyFrom(audits[0].Card),
            PlanRoot = ByteString.CopyFrom(plan.Root),
            PlanSignature = ByteString.CopyFrom(plan.Signature),
        };
        message.OtherLeaves.AddRange(otherLeaves.Select(leaf => ByteString.CopyFrom(leaf)));
        foreach (Challenge audit in audits)
        {
            message.Audits.Add(Open(audit));
        }

        message.Signature = ByteString.CopyFrom(DomainSignature.Sign(key, AuditStatements.OpenDomain, AuditStatements.Open(message)));
        return message;
    }

    /// <summary>The file for the co-validators.</summary>
    /// <param name="open">What was opened.</param>
    /// <param name="audits">The same audits in the same order.</param>
    /// <param name="earlier">Answered audits of epochs before, of rows that were asked again; for forests under keys.</param>
    /// <param name="proof">What the miner sent; null for nothing.</param>
    public static AuditFileMessage Create(AuditOpen open, IReadOnlyList<Challenge> audits, IReadOnlyList<Challenge> earlier, LinearProofMessage? proof)
    {
        AuditFileMessage file = new() { Open = open };
        if (proof is not null)
        {
            file.Proof = proof;
        }

        file.Replies.AddRange(audits.Select(audit => audit.State == ChallengeState.Answered ? ByteString.CopyFrom(audit.Reply) : ByteString.Empty));
        file.Earlier.AddRange(earlier.Select(Open));
        file.EarlierReplies.AddRange(earlier.Select(audit => ByteString.CopyFrom(audit.Reply)));
        return file;
    }

    /// <summary>Judges a file whose signatures were checked (<see cref="Fault"/>).</summary>
    /// <param name="file">The file.</param>
    /// <param name="model">The model as card and ledger have it.</param>
    /// <param name="generators">Makes those for a commitment's length.</param>
    /// <exception cref="ArgumentException">Rows that are none of the model's.</exception>
    public static AuditVerdict Judge(AuditFileMessage file, IAuditedModel model, Func<int, GeneratorSet> generators)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(generators);
        AuditOpen open = file.Open;
        ProofContext context = new(checked((ushort)open.Netuid), open.Epoch, open.Miner.Span, open.Validator.Span, open.Card.Span);
        Dictionary<string, OpenedAuditMessage> receipts = new(StringComparer.Ordinal);
        List<OpenedAudit> opened = Read(open.Audits, file.Replies, model, receipts);
        List<OpenedAudit> earlier = Read(file.Earlier, file.EarlierReplies, model, receipts);
        VerifierKey miner = MinerKey.Of(open.Miner.Span);
        string card = Convert.ToHexStringLower(open.Card.Span);
        bool IsReceipted(byte[] request, byte[] reply) => HasReceipt(receipts, miner, card, request, reply);
        IEnumerable<byte[]> others = open.OtherLeaves.Select(leaf => leaf.ToByteArray());
        return model is AuditedModel keyless
            ? AuditReview.Check(
                context,
                keyless.Commitment,
                opened,
                open.PlanRoot.Span,
                others,
                IsReceipted,
                file.Proof is null ? [] : file.Proof.Proof.Span,
                file.Proof is null ? [] : file.Proof.Rho.Span,
                generators(keyless.Features * keyless.Classes))
            : AuditReview.CheckForest(context, model.CommitmentText, opened, earlier, open.PlanRoot.Span, others, IsReceipted);
    }

    /// <summary>The rows that were answered.</summary>
    public static IEnumerable<long[]> AnsweredRows(AuditFileMessage file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.Open.Audits.Where((_, i) => !file.Replies[i].IsEmpty).SelectMany(audit => audit.Rows).Select(row => row.Values.ToArray());
    }

    /// <summary>Why a stranger's file is not even judged, or null.</summary>
    public static string? Fault(AuditFileMessage file)
    {
        ArgumentNullException.ThrowIfNull(file);
        AuditOpen? open = file.Open;
        if (open is null || open.Netuid > ushort.MaxValue || open.Epoch > long.MaxValue || open.Validator.Length != 32 || open.Miner.Length != 32
            || open.Card.Length != 32 || open.PlanRoot.Length != 32)
        {
            return "netuid, epoch, validator, miner, card and plan root are needed";
        }

        if (open.Audits.Count == 0 || open.Audits.Count != file.Replies.Count)
        {
            return "there is one reply, or an empty one, for each opened audit";
        }

        if (open.Audits.Concat(file.Earlier).Any(audit => audit.Master.Length != KeylessSeeds.MasterBytes || audit.Rows.Count == 0) || open.OtherLeaves.Any(leaf => leaf.Length != 32))
        {
            return "a master has 32 bytes and rows, a leaf 32 bytes";
        }

        if (file.Earlier.Count != file.EarlierReplies.Count || file.Earlier.Count > open.Audits.Count || open.Audits.Concat(file.Earlier).Any(audit => audit.Keys.Length is not 0 and not 32))
        {
            return "a master of keys has 32 bytes, and there is one reply for each of at most as many earlier audits";
        }

        if (!DomainSignature.Verify(
                open.Validator.Span,
                AuditStatements.PlanDomain,
                AuditStatements.Plan((ushort)open.Netuid, open.Epoch, open.Validator.Span, open.PlanRoot.Span),
                open.PlanSignature.Span))
        {
            return "the plan is not signed by the validator";
        }

        return IsOpeningSigned(open) ? null : "the opening is not signed by the validator";
    }

    private static bool IsOpeningSigned(AuditOpen open)
    {
        try
        {
            return DomainSignature.Verify(open.Validator.Span, AuditStatements.OpenDomain, AuditStatements.Open(open), open.Signature.Span);
        }
        catch (CanonicalJsonException)
        {
            // Rows with integers that no statement can hold: nobody signed that.
            return false;
        }
    }

    private static OpenedAuditMessage Open(Challenge audit)
    {
        OpenedAuditMessage opened = new() { Master = ByteString.CopyFrom(audit.Master), Keys = ByteString.CopyFrom(audit.Keys) };
        foreach (long[] row in audit.Rows)
        {
            AuditRow values = new();
            values.Values.AddRange(row);
            opened.Rows.Add(values);
        }

        if (audit.State == ChallengeState.Answered)
        {
            opened.Receipt = ByteString.CopyFrom(audit.Receipt);
            opened.ReceiptSignature = ByteString.CopyFrom(audit.ReceiptSignature);
        }

        return opened;
    }

    private static List<OpenedAudit> Read(
        RepeatedField<OpenedAuditMessage> audits, RepeatedField<ByteString> replies, IAuditedModel model, Dictionary<string, OpenedAuditMessage> receipts)
    {
        List<OpenedAudit> opened = [];
        for (int i = 0; i < audits.Count; i++)
        {
            OpenedAuditMessage audit = audits[i];
            IPlannedAudit planned = model.Plan(audit.Master.Span, audit.Keys.Span, [.. audit.Rows.Select(row => row.Values.ToArray())]);
            opened.Add(new OpenedAudit(planned, replies[i].IsEmpty ? null : replies[i].Memory));
            receipts[Convert.ToHexStringLower(planned.RequestHash.Span)] = audit;
        }

        return opened;
    }

    private static bool HasReceipt(
        Dictionary<string, OpenedAuditMessage> receipts, VerifierKey miner, string card, byte[] request, byte[] reply)
    {
        string hash = Convert.ToHexStringLower(request);
        if (!receipts.TryGetValue(hash, out OpenedAuditMessage? audit) || audit.Receipt.IsEmpty)
        {
            return false;
        }

        try
        {
            ReceiptStatement receipt = ReceiptStatement.Parse(CanonicalJsonReader.Read(audit.Receipt.Span));
            return receipt.Miner.Equals(miner) && receipt.Model == card && receipt.In == hash && receipt.Out == Convert.ToHexStringLower(reply)
                && receipt.IsSignedBy(audit.ReceiptSignature.Span);
        }
        catch (Exception e) when (e is CanonicalJsonException or AuditEntryException)
        {
            return false;
        }
    }
}
