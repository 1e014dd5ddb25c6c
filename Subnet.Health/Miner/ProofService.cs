using Google.Protobuf;
using Subnet.Core.State;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Proofs;
using Subnet.Health.Audits;
using Subnet.Health.Circuits;
using Subnet.Health.Node;
using Subnet.Health.Review.Entries;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.InferenceV1;
using LinearProof = Subnet.Health.Rpc.InferenceV1.LinearProof;
using OpenedAudit = Subnet.Health.Audits.OpenedAudit;

namespace Subnet.Health.Miner;

/// <summary>
/// The miner's side of an audit (protocol 4): a validator of the subnet opens its whole plan; the miner rebuilds every query from its
/// master, compares with what it served, and only then proves that all answers are those of its committed weights. One proof at a time,
/// since a proof takes up to seconds of a core. Safe for concurrent use.
/// </summary>
/// <remarks>
/// An attacker's view: whoever is no validator with a permit gets nothing; a validator that sent a chosen query cannot name a master for
/// it; one that opens the same plan again gets another proof of the same statement, which tells nothing more.
/// </remarks>
internal sealed class ProofService : IDisposable
{
    private const int MostAudits = 4096;

    private readonly ushort netuid;
    private readonly SigningKey hotkey;
    private readonly Dictionary<string, IServedModel> models;
    private readonly SpentTokenStore served;
    private readonly OpenedRowStore rows;
    private readonly ILedgerClient ledger;
    private readonly IRandomSourceFactory randomness;
    private readonly SemaphoreSlim one = new(1, 1);
    private readonly Dictionary<int, GeneratorSet> generators = [];

    /// <param name="netuid">The subnet.</param>
    /// <param name="hotkey">The miner's key.</param>
    /// <param name="models">The models served.</param>
    /// <param name="served">The answers given.</param>
    /// <param name="rows">The audit rows proved so far.</param>
    /// <param name="ledger">Says who is a validator.</param>
    /// <param name="randomness">Nonces of proofs.</param>
    public ProofService(
        ushort netuid,
        SigningKey hotkey,
        IEnumerable<IServedModel> models,
        SpentTokenStore served,
        OpenedRowStore rows,
        ILedgerClient ledger,
        IRandomSourceFactory randomness)
    {
        this.netuid = netuid;
        this.hotkey = hotkey;
        this.models = models.ToDictionary(model => Convert.ToHexStringLower(model.CardHash.Span), StringComparer.Ordinal);
        this.served = served;
        this.rows = rows;
        this.ledger = ledger;
        this.randomness = randomness;
    }

    /// <summary>Answers an opened plan.</summary>
    /// <exception cref="GrpcException">
    /// INVALID_ARGUMENT for a malformed message, UNAUTHENTICATED for one that its validator did not sign, PERMISSION_DENIED for a caller that
    /// is no validator of this subnet, NOT_FOUND for a card that is not served here.
    /// </exception>
    public async Task<ProveReply> ProveAsync(AuditOpen request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        CheckForm(request);
        if (!models.TryGetValue(Convert.ToHexStringLower(request.Card.Span), out IServedModel? model))
        {
            throw new GrpcException(GrpcStatusCode.NotFound, "No model of this card is proved here.");
        }

        CheckSignatures(request);
        AccountId validator = new(request.Validator.Span);
        bool permitted = await ledger.ReadAsync(
            view => view.State.UidOf(netuid, validator) is { } uid && view.State.Neurons[new NeuronKey(netuid, uid)].ValidatorPermit,
            cancellationToken).ConfigureAwait(false);
        if (!permitted)
        {
            throw new GrpcException(GrpcStatusCode.PermissionDenied, "Only validators of this subnet with a permit may audit.");
        }

        await one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => RespondAsync(request, model), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => one.Dispose();

    private async Task<ProveReply> RespondAsync(AuditOpen request, IServedModel model)
    {
        IAuditedModel audited = Audited(model);
        Dictionary<string, byte[]> replies = new(StringComparer.Ordinal);
        List<OpenedAudit> opened = [];
        foreach (Rpc.InferenceV1.OpenedAudit audit in request.Audits)
        {
            if (!TryPlan(audited, audit, out IPlannedAudit? planned))
            {
                return Refusal("malformed-audit");
            }

            byte[] requestHash = planned!.RequestHash.ToArray();
            byte[]? reply = await served.FindByRequestAsync(requestHash).ConfigureAwait(false) is { } kept ? QueryReply.Parser.ParseFrom(kept).Answer?.Reply.ToByteArray() : null;
            if (reply is not null)
            {
                replies[Convert.ToHexStringLower(requestHash)] = reply;
            }

            if (!audit.Receipt.IsEmpty && !IsReceiptOf(audit, requestHash, reply))
            {
                return Refusal("not-what-was-served");
            }

            opened.Add(new OpenedAudit(planned, audit.Receipt.IsEmpty ? null : reply));
        }

        ProofContext context = new(netuid, request.Epoch, hotkey.PublicKey, request.Validator.Span, request.Card.Span);
        AuditFault fault = audited is AuditedModel keyless
            ? Prove(context, keyless, model.Opening!, request, opened, replies, out LinearProofResult? result)
            : Recognise(context, request, opened, replies, out result);
        if (fault != AuditFault.None)
        {
            return Refusal(WordOf(fault));
        }

        // A validator that asked more different rows than it may collects equations: what it asked was answered, but it gets no proof and so no verdict out of it.
        return await rows.TryCountAsync(request.Card.Memory, request.Validator.Memory, audited.Features, opened.Where(audit => audit.Reply is not null).SelectMany(audit => audit.Planned.Rows))
            .ConfigureAwait(false)
            ? Proof(request, result, opened)
            : Refusal("too-many-rows");
    }

    private AuditFault Prove(
        ProofContext context,
        AuditedModel audited,
        CommitmentOpening opening,
        AuditOpen request,
        List<OpenedAudit> opened,
        Dictionary<string, byte[]> replies,
        out LinearProofResult? result)
    {
        using IRandomSource random = randomness.Create();
        return new AuditResponder(opening, GeneratorsFor(audited.Features * audited.Classes), random).Respond(
            context,
            opened,
            request.PlanRoot.Span,
            request.OtherLeaves.Select(leaf => leaf.ToByteArray()),
            hash => replies.GetValueOrDefault(Convert.ToHexStringLower(hash)),
            out result);
    }

    private static AuditFault Recognise(
        ProofContext context, AuditOpen request, List<OpenedAudit> opened, Dictionary<string, byte[]> replies, out LinearProofResult? result)
    {
        result = null;
        return AuditResponder.Recognise(
            context,
            opened,
            request.PlanRoot.Span,
            request.OtherLeaves.Select(leaf => leaf.ToByteArray()),
            hash => replies.GetValueOrDefault(Convert.ToHexStringLower(hash)),
            out _);
    }

    // Without a proof the signature says that the opened plan is what was served.
    private ProveReply Proof(AuditOpen request, LinearProofResult? result, List<OpenedAudit> opened)
    {
        AuditFile.Read(opened, hotkey.PublicKey, request.PlanRoot.Span, request.OtherLeaves.Select(leaf => leaf.ToByteArray()), null, out AuditFile? file);
        LinearProof message = new() { Audits = ByteString.CopyFrom(file!.Audits.Root.Span) };
        if (result is not null)
        {
            message.Proof = ByteString.CopyFrom(result.Proof.Span);
            message.Rho = ByteString.CopyFrom(result.Rho.Span);
        }

        byte[] statement = AuditStatements.Proof(netuid, request.Epoch, request.Validator.Span, hotkey.PublicKey, request.Card.Span, message);
        message.Signature = ByteString.CopyFrom(DomainSignature.Sign(hotkey, AuditStatements.ProofDomain, statement));
        return new ProveReply { Proof = message };
    }

    private void CheckForm(AuditOpen request)
    {
        const int KeyBytes = 32;
        bool fits = request.Netuid == netuid
            && request.Validator.Length == KeyBytes
            && request.Miner.Span.SequenceEqual(hotkey.PublicKey)
            && request.Card.Length == KeyBytes
            && request.PlanRoot.Length == KeyBytes
            && request.Epoch <= long.MaxValue
            && request.Audits.Count is > 0 and <= MostAudits
            && request.OtherLeaves.All(leaf => leaf.Length == KeyBytes)
            && request.Audits.All(audit => audit.Master.Length == KeyBytes && audit.Rows.Count > 0);
        if (!fits)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, $"An opened plan is of subnet {netuid} and this miner, with 1 to {MostAudits} audits, keys and leaves of 32 bytes.");
        }
    }

    private void CheckSignatures(AuditOpen request)
    {
        bool signed;
        try
        {
            signed = DomainSignature.Verify(request.Validator.Span, AuditStatements.OpenDomain, AuditStatements.Open(request), request.Signature.Span)
                && DomainSignature.Verify(
                    request.Validator.Span,
                    AuditStatements.PlanDomain,
                    AuditStatements.Plan(netuid, request.Epoch, request.Validator.Span, request.PlanRoot.Span),
                    request.PlanSignature.Span);
        }
        catch (CanonicalJsonException)
        {
            signed = false;
        }

        if (!signed)
        {
            throw new GrpcException(GrpcStatusCode.Unauthenticated, "The plan and its opening are not both signed by the validator that they name.");
        }
    }

    private bool IsReceiptOf(Rpc.InferenceV1.OpenedAudit audit, byte[] requestHash, byte[]? reply)
    {
        try
        {
            ReceiptStatement receipt = ReceiptStatement.Parse(CanonicalJsonReader.Read(audit.Receipt.Span));
            return reply is not null
                && receipt.Miner.PublicKey.SequenceEqual(hotkey.PublicKey)
                && receipt.In == Convert.ToHexStringLower(requestHash)
                && receipt.Out == Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(reply))
                && receipt.IsSignedBy(audit.ReceiptSignature.Span);
        }
        catch (Exception fault) when (fault is CanonicalJsonException or AuditEntryException)
        {
            return false;
        }
    }

    private static IAuditedModel Audited(IServedModel model)
    {
        ReadCard card = CardReader.Read(model.Card.Span);
        if (card.Forest is not null)
        {
            return AuditedForest.Of(card);
        }

        CardQuery query = card.Query;
        return VectorCommitment.TryParse(model.Commitment.Span, out VectorCommitment? commitment)
            ? new AuditedModel(model.CardHash, query.Parameters, query.Encoding, query.Classes, query.Bound, commitment)
            : throw new InvalidOperationException("a model with an opening has a vector commitment");
    }

    private static bool TryPlan(IAuditedModel model, Rpc.InferenceV1.OpenedAudit audit, out IPlannedAudit? planned)
    {
        try
        {
            planned = model.Plan(audit.Master.Span, audit.Keys.Span, [.. audit.Rows.Select(row => row.Values.ToArray())]);
            return true;
        }
        catch (ArgumentException)
        {
            planned = null;
            return false;
        }
    }

    private GeneratorSet GeneratorsFor(int count)
    {
        if (!generators.TryGetValue(count, out GeneratorSet? set))
        {
            generators.Add(count, set = GeneratorSet.Create(count));
        }

        return set;
    }

    private static ProveReply Refusal(string word) => new() { Refusal = word };

    private static string WordOf(AuditFault fault) => fault switch
    {
        AuditFault.NotThePlan => "not-the-plan",
        AuditFault.NoReceipt => "no-receipt",
        AuditFault.UnreadableReply => "unreadable-reply",
        AuditFault.UnequalRepeats => "unequal-repeats",
        AuditFault.NothingAnswered => "nothing-answered",
        AuditFault.NotWhatWasServed => "not-what-was-served",
        AuditFault.NothingRepeated => "nothing-repeated",
        _ => "nothing-to-prove",
    };
}
