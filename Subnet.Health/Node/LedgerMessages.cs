using Google.Protobuf;
using Subnet.Core.State;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.LedgerV1;

namespace Subnet.Health.Node;

/// <summary>The ledger's records as messages of <c>subnet.v1.Ledger</c>, and back where a request carries one.</summary>
internal static class LedgerMessages
{
    /// <exception cref="GrpcException">Not the number of a subnet.</exception>
    public static ushort Netuid(uint value) => value <= ushort.MaxValue
        ? (ushort)value
        : throw new GrpcException(GrpcStatusCode.InvalidArgument, $"{value} is not the number of a subnet.");

    /// <exception cref="GrpcException">Not 32 bytes.</exception>
    public static AccountId Account(ByteString value) => value.Length == AccountId.Size
        ? new AccountId(value.Span)
        : throw new GrpcException(GrpcStatusCode.InvalidArgument, $"An account is {AccountId.Size} bytes, not {value.Length}.");

    public static SubmitReply Of(ulong height, RejectionReason reason)
    {
        if (reason == RejectionReason.None)
        {
            return new SubmitReply { Height = height };
        }

        Rejection rejection = reason.Describe();
        return new SubmitReply { Height = height, Reason = (uint)reason, Code = rejection.Code, Sentence = rejection.Sentence, Fix = rejection.Fix };
    }

    public static Rpc.LedgerV1.LedgerEvent Of(Core.State.LedgerEvent item) => new()
    {
        Kind = (uint)item.Kind,
        Name = item.Kind.ToString(),
        Netuid = item.Netuid,
        Subject = Bytes(item.Subject),
        Other = Bytes(item.Other),
        Amount = item.Amount,
        Extra = item.Extra,
    };

    public static SubnetSummary Of(SubnetView subnet) => new()
    {
        Netuid = subnet.Netuid,
        Name = subnet.Info.Name,
        OwnerColdkey = Bytes(subnet.Info.OwnerColdkey),
        OwnerHotkey = Bytes(subnet.Info.OwnerHotkey),
        CreatedBlock = subnet.Info.CreatedBlock,
        StartedBlock = subnet.Info.StartedBlock,
        Neurons = subnet.State.Neurons,
        Tempo = subnet.Hyperparameters.Tempo,
        Epoch = subnet.State.EpochIndex,
        LastEpochBlock = subnet.State.LastEpochBlock,
        BurnPriceRao = subnet.State.BurnPrice,
        TaoReserveRao = subnet.State.TaoReserve,
        AlphaReserve = subnet.State.AlphaReserve,
        AccessPriceRao = subnet.Hyperparameters.AccessPrice,
    };

    public static NeuronSummary Of(NeuronView neuron) => new()
    {
        Uid = neuron.Uid,
        Hotkey = Bytes(neuron.Hotkey),
        Coldkey = Bytes(neuron.Coldkey),
        Endpoint = neuron.Endpoint ?? "",
        Stake = neuron.StakeRao,
        RegisteredBlock = neuron.Outcome.RegisteredBlock,
        LastUpdate = neuron.Outcome.LastUpdate,
        ValidatorPermit = neuron.Outcome.ValidatorPermit,
        StakeWeight = neuron.Outcome.StakeWeight,
        Consensus = neuron.Outcome.Consensus,
        Incentive = neuron.Outcome.Incentive,
        Dividends = neuron.Outcome.Dividends,
        ValidatorTrust = neuron.Outcome.ValidatorTrust,
        Emission = neuron.Outcome.Emission,
    };

    public static RegisteredModel Of(ModelView model) => new()
    {
        Card = Bytes(model.Card),
        Hotkey = Bytes(model.Registration.Hotkey),
        Commitment = ByteString.CopyFrom(model.Registration.Commitment.Span),
        Height = model.Registration.Height,
        RetiredHeight = model.Registration.RetiredHeight,
    };

    public static Rpc.LedgerV1.IssuerKey Of(IssuerKeyView key) => new()
    {
        Epoch = key.Id.Epoch,
        Denomination = key.Id.Denomination,
        Issuer = Bytes(key.Key.Issuer),
        PublicKey = ByteString.CopyFrom(key.Key.PublicKey.Span),
        PriceRao = key.Key.Price,
        Sold = key.Key.Sold,
        Settled = key.Key.Settled,
    };

    public static Rpc.LedgerV1.Anchor Of(AnchorView anchor) => new()
    {
        Origin = anchor.Origin,
        Size = anchor.Anchor.Size,
        Root = Bytes(anchor.Anchor.Root),
        Height = anchor.Anchor.Height,
        Submitter = Bytes(anchor.Anchor.Submitter),
    };

    private static ByteString Bytes(AccountId account) => ByteString.CopyFrom(account.ToArray());

    private static ByteString Bytes(Hash256 hash) => ByteString.CopyFrom(hash.ToArray());
}
