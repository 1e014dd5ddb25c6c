using Subnet.Core.Fees;
using Subnet.Core.Governance;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.Registration;
using Subnet.Core.Staking;
using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>Hands each call to the rules it belongs to.</summary>
internal static class CallDispatcher
{
    /// <summary>Executes a call; where it is refused the caller takes back what it may have changed.</summary>
    public static RejectionReason Execute(BlockContext block, LedgerServices services, AccountId signer, LedgerCall call) => call switch
    {
        TransferCall c => Balances.Transfer(block, signer, c.To, c.Amount),
        AddStakeCall c => StakeCalls.Add(block, signer, c.Netuid, c.Hotkey, c.Amount, c.LimitPrice, c.AllowPartial),
        RemoveStakeCall c => StakeCalls.Remove(block, signer, c.Netuid, c.Hotkey, c.Amount, c.LimitPrice, c.AllowPartial),
        MoveStakeCall c => StakeCalls.Move(block, signer, c.Netuid, c.FromHotkey, c.ToHotkey, c.Amount),
        SwapStakeCall c => StakeCalls.Swap(block, signer, c.Hotkey, c.FromNetuid, c.ToNetuid, c.Amount, c.MinimumReceived),
        ClaimRootCall c => StakeCalls.ClaimRoot(block, signer, c.Netuid, c.Hotkey, c.Swap),
        SetTakeCall c => DelegateCalls.SetTake(block, signer, c.Hotkey, c.Take),
        SetChildrenCall c => DelegateCalls.SetChildren(block, signer, c.Netuid, c.Hotkey, c.Children),
        SetChildTakeCall c => DelegateCalls.SetChildTake(block, signer, c.Netuid, c.Hotkey, c.Take),
        SetWeightsCall c => WeightCalls.Set(block, signer, c.Netuid, c.Uids, c.Values, c.VersionKey),
        CommitWeightsCall c => WeightCalls.Commit(block, signer, c.Netuid, c.Digest),
        RevealWeightsCall c => WeightCalls.Reveal(block, signer, c.Netuid, c.Uids, c.Values, c.Salt, c.VersionKey),
        CreateSubnetCall c => SubnetCalls.Create(block, signer, c.Hotkey, c.Name, c.MaxLockCost),
        StartSubnetCall c => SubnetCalls.Start(block, signer, c.Netuid),
        SetHyperparameterCall c => SubnetCalls.SetAsOwner(block, signer, c.Netuid, c.Parameter, c.Value),
        RegisterNeuronCall c => NeuronCalls.Register(block, signer, c.Netuid, c.Hotkey, c.MaxBurn),
        RegisterRootCall c => NeuronCalls.RegisterRoot(block, signer, c.Hotkey),
        ServeEndpointCall c => NeuronCalls.Serve(block, signer, c.Netuid, c.Address),
        RegisterModelCall c => ModelCalls.Register(block, services.Commitments, signer, c.Netuid, c.Epoch, c.Card, c.Commitment, c.Opening),
        RetireModelCall c => ModelCalls.Retire(block, signer, c.Netuid, c.Card),
        AnchorCheckpointCall c => ModelCalls.Anchor(block, signer, c.Origin, c.Size, c.Root),
        PublishIssuerKeyCall c => AccessCalls.Publish(block, services.Tokens, signer, c.Netuid, c.Epoch, c.Denomination, c.PublicKey),
        PurchaseAccessCall c => AccessCalls.Purchase(block, signer, c.Netuid, c.Epoch, c.Denomination, c.Count, c.MaxPrice),
        SettleAccessCall c => AccessCalls.Settle(
            block, services.Tokens, signer, c.Netuid, c.Epoch, c.Denomination, [.. c.Tokens.Select(static t => t.Bytes)]),
        ProposeCall c => GovernanceCalls.Propose(block, signer, c.Action, c.Rationale),
        CastVoteCall c => GovernanceCalls.CastVote(block, signer, c.Proposal, c.Choice),
        AdministerCall c => GovernanceCalls.Administer(block, signer, c.Action),
        _ => throw new InvalidOperationException($"no rule for {call.Tag}"),
    };
}
