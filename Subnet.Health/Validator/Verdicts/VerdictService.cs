using Google.Protobuf;
using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Health.Audits;
using Subnet.Health.Circuits;
using Subnet.Health.Node;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Health.Rpc.Server;
using Subnet.Health.Rpc.ValidationV1;
using AuditFileMessage = Subnet.Health.Rpc.ValidationV1.AuditFile;

namespace Subnet.Health.Validator.Verdicts;

/// <summary>
/// What a validator does for the others: remembers their plans before the epoch, and checks their audit files after it. It answers to whoever has a validator permit
/// on the ledger, and signs what it finds itself, never what it is asked to.
/// </summary>
internal sealed class VerdictService(ValidatorParts parts)
{
    private const int LargestFileBytes = 16 << 20;

    /// <summary>Puts <c>subnet.v1.Validation</c> on a server.</summary>
    public void AddTo(GrpcServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services
            .Unary(ValidationMethods.Announce, (notice, call) => AnnounceAsync(notice, call.CancellationToken))
            .Unary(ValidationMethods.Review, (file, call) => ReviewAsync(file, call.CancellationToken), GrpcLimits.Default with { MessageBytes = LargestFileBytes });
    }

    /// <summary>Remembers a plan.</summary>
    /// <exception cref="GrpcException">As <c>validation.proto</c> says.</exception>
    public async Task<PlanReceipt> AnnounceAsync(PlanNotice notice, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(notice);
        if (notice.Netuid > ushort.MaxValue || notice.Epoch > long.MaxValue || notice.Validator.Length != 32 || notice.Root.Length != 32
            || !DomainSignature.Verify(
                notice.Validator.Span,
                AuditStatements.PlanDomain,
                AuditStatements.Plan((ushort)notice.Netuid, notice.Epoch, notice.Validator.Span, notice.Root.Span),
                notice.Signature.Span))
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, "The notice is malformed or not signed by its validator.");
        }

        ushort netuid = (ushort)notice.Netuid;
        EpochClock clock = await ClockAsync(netuid, cancellationToken).ConfigureAwait(false);
        await DemandPermitAsync(netuid, new AccountId(notice.Validator.Span), cancellationToken).ConfigureAwait(false);
        byte[] validator = notice.Validator.ToByteArray();
        if (parts.Store.FindAnnounced(netuid, notice.Epoch, validator) is null && clock.Epoch >= notice.Epoch)
        {
            throw new GrpcException(GrpcStatusCode.FailedPrecondition, $"Epoch {notice.Epoch} has begun: a plan comes before its epoch.");
        }

        (byte[] root, ulong height) = parts.Store.Announce(netuid, notice.Epoch, validator, notice.Root.ToByteArray(), clock.Height);
        return root.AsSpan().SequenceEqual(notice.Root.Span)
            ? new PlanReceipt { Height = height }
            : throw new GrpcException(GrpcStatusCode.AlreadyExists, $"Another plan of this validator for epoch {notice.Epoch} came before.");
    }

    /// <summary>Checks a file and signs the verdict it leads to.</summary>
    /// <exception cref="GrpcException">As <c>validation.proto</c> says.</exception>
    public async Task<ReviewReply> ReviewAsync(AuditFileMessage file, CancellationToken cancellationToken)
    {
        if (AuditFiles.Fault(file) is { } fault)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, $"The audit file is refused: {fault}.");
        }

        AuditOpen open = file.Open;
        ushort netuid = (ushort)open.Netuid;
        EpochClock clock = await ClockAsync(netuid, cancellationToken).ConfigureAwait(false);
        if (clock.Epoch != open.Epoch + 1)
        {
            throw new GrpcException(GrpcStatusCode.FailedPrecondition, $"Epoch {open.Epoch} is judged in epoch {open.Epoch + 1}; it is epoch {clock.Epoch} now.");
        }

        await DemandDrawnAsync(clock, open, cancellationToken).ConfigureAwait(false);
        if (parts.Store.FindAnnounced(netuid, open.Epoch, open.Validator.ToByteArray()) is not { } announced || !announced.Root.AsSpan().SequenceEqual(open.PlanRoot.Span))
        {
            throw new GrpcException(GrpcStatusCode.FailedPrecondition, "This plan was not announced here before its epoch.");
        }

        AuditVerdict verdict = await Task.Run(async () => await JudgeAsync(netuid, file, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        byte[] statement = verdict.ToStatement();
        await ValidatorEntries.RecordAsync(
            parts.Recorder, ValidatorEntries.CoSigned, "validator", open.Validator.Span, open.Epoch, statement, verdict.AuditRoot).ConfigureAwait(false);
        return new ReviewReply
        {
            Statement = ByteString.CopyFrom(statement),
            Signature = ByteString.CopyFrom(DomainSignature.Sign(parts.Hotkey, AuditReview.Domain, statement)),
        };
    }

    private async Task<AuditVerdict> JudgeAsync(ushort netuid, AuditFileMessage file, CancellationToken cancellationToken)
    {
        AuditOpen open = file.Open;
        ModelView? model = await parts.Ledger.GetModelAsync(netuid, new Hash256(open.Card.Span), cancellationToken).ConfigureAwait(false);
        Metagraph? metagraph = await parts.Ledger.GetMetagraphAsync(netuid, cancellationToken).ConfigureAwait(false);
        AccountId miner = new(open.Miner.Span);
        if (model is null || model.Registration.Hotkey != miner || metagraph?.Find(miner)?.Endpoint is not { } address
            || !Uri.TryCreate(address, UriKind.Absolute, out Uri? endpoint)
            || await parts.Miners.FindCardAsync(model, endpoint, cancellationToken).ConfigureAwait(false) is not { } card)
        {
            throw new GrpcException(GrpcStatusCode.FailedPrecondition, "The miner's card cannot be had: it is not registered, or its miner does not serve it.");
        }

        try
        {
            IAuditedModel audited = AuditFiles.ModelOf(card.Card);
            AuditVerdict verdict = AuditFiles.Judge(file, audited, parts.Generators.For);
            if (verdict.IsVoid)
            {
                throw new GrpcException(
                    GrpcStatusCode.FailedPrecondition,
                    $"The file does not say what happened ({verdict.Code}): it opens every leaf of the announced plan, and each reply has the miner's receipt. There is no verdict about its miner.");
            }

            return await parts.OpenedRows.TryCountAsync(open.Card.Memory, open.Validator.Memory, audited.Features, AuditFiles.AnsweredRows(file)).ConfigureAwait(false)
                ? verdict
                : throw new GrpcException(
                    GrpcStatusCode.FailedPrecondition,
                    $"This validator has asked more than {OpenedRowStore.MostRows(audited.Features)} different audit rows under this card; nobody signs that.");
        }
        catch (Exception e) when (e is ArgumentException or CircuitException)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, $"The audit file does not fit its card: {e.Message}");
        }
    }

    private async Task<EpochClock> ClockAsync(ushort netuid, CancellationToken cancellationToken) =>
        parts.Settings.Netuids.Contains(netuid) && await EpochClock.ReadAsync(parts.Ledger, netuid, cancellationToken).ConfigureAwait(false) is { } clock
            ? clock
            : throw new GrpcException(GrpcStatusCode.NotFound, $"This validator does not work in subnet {netuid}.");

    private async Task<Metagraph> DemandPermitAsync(ushort netuid, AccountId validator, CancellationToken cancellationToken)
    {
        Metagraph? metagraph = await parts.Ledger.GetMetagraphAsync(netuid, cancellationToken).ConfigureAwait(false);
        return metagraph?.Find(validator) is { Outcome.ValidatorPermit: true }
            ? metagraph
            : throw new GrpcException(GrpcStatusCode.PermissionDenied, $"The ledger gives this hotkey no validator permit in subnet {netuid}.");
    }

    private async Task DemandDrawnAsync(EpochClock clock, AuditOpen open, CancellationToken cancellationToken)
    {
        AccountId validator = new(open.Validator.Span);
        Metagraph metagraph = await DemandPermitAsync(clock.Netuid, validator, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<AccountId> drawn = await CoValidators.DrawAsync(parts.Ledger, clock, metagraph, validator, new AccountId(open.Miner.Span), cancellationToken)
            .ConfigureAwait(false);
        if (!drawn.Contains(new AccountId(parts.PublicKey)))
        {
            throw new GrpcException(GrpcStatusCode.PermissionDenied, "The beacon did not draw this validator for that file.");
        }
    }
}
