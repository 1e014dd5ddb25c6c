using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>What a transaction asks the ledger to do on behalf of its signer.</summary>
public abstract record LedgerCall
{
    /// <summary>Which call.</summary>
    public abstract CallTag Tag { get; }

    /// <summary>
    /// Whether it costs no fee. Such calls come from registered hotkeys, which hold no money, and enter a block only when they
    /// succeed: the subnet's rate limits bound them, and a failing one costs the network nothing but its check.
    /// </summary>
    public virtual bool IsFree => false;

    internal void Write(CanonicalWriter writer)
    {
        writer.U8((byte)Tag);
        WriteBody(writer);
    }

    internal abstract void WriteBody(CanonicalWriter writer);

    internal static LedgerCall Read(ref CanonicalReader reader)
    {
        byte tag = reader.U8();
        return (CallTag)tag switch
        {
            CallTag.Transfer => TransferCall.ReadBody(ref reader),
            CallTag.AddStake => AddStakeCall.ReadBody(ref reader),
            CallTag.RemoveStake => RemoveStakeCall.ReadBody(ref reader),
            CallTag.MoveStake => MoveStakeCall.ReadBody(ref reader),
            CallTag.SwapStake => SwapStakeCall.ReadBody(ref reader),
            CallTag.CreateSubnet => CreateSubnetCall.ReadBody(ref reader),
            CallTag.StartSubnet => StartSubnetCall.ReadBody(ref reader),
            CallTag.SetHyperparameter => SetHyperparameterCall.ReadBody(ref reader),
            CallTag.RegisterNeuron => RegisterNeuronCall.ReadBody(ref reader),
            CallTag.RegisterRoot => RegisterRootCall.ReadBody(ref reader),
            CallTag.SetWeights => SetWeightsCall.ReadBody(ref reader),
            CallTag.CommitWeights => CommitWeightsCall.ReadBody(ref reader),
            CallTag.RevealWeights => RevealWeightsCall.ReadBody(ref reader),
            CallTag.SetTake => SetTakeCall.ReadBody(ref reader),
            CallTag.SetChildren => SetChildrenCall.ReadBody(ref reader),
            CallTag.SetChildTake => SetChildTakeCall.ReadBody(ref reader),
            CallTag.ClaimRoot => ClaimRootCall.ReadBody(ref reader),
            CallTag.ServeEndpoint => ServeEndpointCall.ReadBody(ref reader),
            CallTag.PublishIssuerKey => PublishIssuerKeyCall.ReadBody(ref reader),
            CallTag.PurchaseAccess => PurchaseAccessCall.ReadBody(ref reader),
            CallTag.SettleAccess => SettleAccessCall.ReadBody(ref reader),
            CallTag.RegisterModel => RegisterModelCall.ReadBody(ref reader),
            CallTag.RetireModel => RetireModelCall.ReadBody(ref reader),
            CallTag.AnchorCheckpoint => AnchorCheckpointCall.ReadBody(ref reader),
            CallTag.Propose => ProposeCall.ReadBody(ref reader),
            CallTag.CastVote => CastVoteCall.ReadBody(ref reader),
            CallTag.Administer => AdministerCall.ReadBody(ref reader),
            _ => throw new LedgerFormatException($"no call has the number {tag}"),
        };
    }
}
