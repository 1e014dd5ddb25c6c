using Subnet.Core.Registration;
using Subnet.Core.Staking;
using Subnet.Core.State;

namespace Subnet.Core.Governance;

/// <summary>
/// Proposals, stake-weighted votes, quorum, delay and execution. A vote weighs the smaller of what its coldkey had staked when it voted and
/// at the tally, so stake borrowed for a moment decides nothing; the delay lets those who disagree leave before the effect.
/// </summary>
internal static class GovernanceCalls
{
    private const byte No = 0;
    private const byte Yes = 1;
    private const byte Abstain = 2;

    /// <summary>Opens a vote against a deposit, which comes back if the quorum is met.</summary>
    public static RejectionReason Propose(BlockContext block, AccountId coldkey, ProposalAction action, Hash256 rationale)
    {
        LedgerState state = block.State;
        RejectionReason reason = Validate(block, action);
        if (reason != RejectionReason.None)
        {
            return reason;
        }

        GlobalParameters parameters = block.Parameters;
        if (StakePower.Of(state, coldkey) < parameters.ProposalMinStake)
        {
            return RejectionReason.ProposalStakeTooLow;
        }

        RateLimitKey limit = new(RateLimitKind.Propose, action.Netuid, default, (ushort)((action.Kind << 8) | (action.Parameter & 0xff)));
        if (block.IsRateLimited(limit, parameters.ProposalCooldown))
        {
            return RejectionReason.ProposalCooldown;
        }

        if (!Balances.TryDebit(state, coldkey, parameters.ProposalDeposit))
        {
            return RejectionReason.InsufficientBalance;
        }

        block.Stamp(limit);
        GlobalState global = state.Global[default];
        ulong ends = block.Height + parameters.VotingPeriod;
        state.Proposals.Set(
            new ProposalKey(global.NextProposal),
            new Proposal(
                coldkey, action, rationale, block.Height, ends, ends + parameters.ExecutionDelay, parameters.ProposalDeposit, (byte)ProposalStatus.Voting, 0, 0, 0, 0));
        state.Global.Set(default, global with { NextProposal = global.NextProposal + 1 });
        block.Emit(EventKind.Proposed, action.Netuid, coldkey, default, global.NextProposal);
        return RejectionReason.None;
    }

    /// <summary>Votes, or changes a vote while the vote is open.</summary>
    public static RejectionReason CastVote(BlockContext block, AccountId coldkey, ulong proposal, byte choice)
    {
        LedgerState state = block.State;
        if (!state.Proposals.TryGet(new ProposalKey(proposal), out Proposal? open))
        {
            return RejectionReason.ProposalNotFound;
        }

        if (open.Status != (byte)ProposalStatus.Voting || block.Height >= open.VotingEnds)
        {
            return RejectionReason.ProposalClosed;
        }

        if (choice > Abstain)
        {
            return RejectionReason.ChoiceInvalid;
        }

        ulong power = StakePower.Of(state, coldkey);
        if (power == 0)
        {
            return RejectionReason.NoStake;
        }

        Vote vote = new(choice, power);
        VoteKey key = new(proposal, coldkey);
        if (state.Votes.Find(key) == vote)
        {
            return RejectionReason.AlreadyVoted;
        }

        state.Votes.Set(key, vote);
        block.Emit(EventKind.Voted, 0, coldkey, default, proposal, choice);
        return RejectionReason.None;
    }

    /// <summary>Does an action at once for the administrator that the genesis file names.</summary>
    public static RejectionReason Administer(BlockContext block, AccountId account, ProposalAction action)
    {
        AccountId administrator = block.State.Global[default].Administrator;
        if (administrator.IsZero || account != administrator)
        {
            return RejectionReason.NotAdministrator;
        }

        RejectionReason reason = Validate(block, action);
        reason = reason != RejectionReason.None ? reason : Execute(block, action);
        if (reason == RejectionReason.None)
        {
            block.Emit(EventKind.Administered, action.Netuid, account, default, action.Kind);
        }

        return reason;
    }

    /// <summary>In every block: counts the votes that ended, and carries out what was accepted and is due.</summary>
    public static void Advance(BlockContext block)
    {
        if (block.State.OpenProposals.Count == 0)
        {
            return;
        }

        foreach (ulong id in block.State.OpenProposals.ToArray())
        {
            ProposalKey key = new(id);
            Proposal proposal = block.State.Proposals[key];
            if (proposal.Status == (byte)ProposalStatus.Voting && block.Height >= proposal.VotingEnds)
            {
                Close(block, key, proposal);
            }
            else if (proposal.Status == (byte)ProposalStatus.Accepted && block.Height >= proposal.ExecuteAt)
            {
                CarryOut(block, key, proposal);
            }
        }
    }

    private static void Close(BlockContext block, ProposalKey key, Proposal proposal)
    {
        LedgerState state = block.State;
        UInt128[] sums = new UInt128[3];
        List<KeyValuePair<VoteKey, Vote>> votes = [.. state.Votes.Unordered().Where(v => v.Key.Proposal == key.Id)];
        foreach ((VoteKey voter, Vote vote) in votes)
        {
            sums[vote.Choice] += Math.Min(vote.Power, StakePower.Of(state, voter.Voter));
            state.Votes.Remove(voter);
        }

        ulong total = StakePower.Total(state);
        GlobalParameters parameters = block.Parameters;
        bool quorum = total > 0 && (sums[No] + sums[Yes] + sums[Abstain]) * ushort.MaxValue >= (UInt128)total * parameters.Quorum;
        bool accepted = quorum && sums[Yes] * ushort.MaxValue > (sums[Yes] + sums[No]) * parameters.Majority;
        ProposalStatus status = accepted ? ProposalStatus.Accepted : ProposalStatus.Rejected;
        if (quorum)
        {
            Balances.Credit(state, proposal.Proposer, proposal.Deposit);
        }
        else
        {
            GlobalState global = state.Global[default];
            state.Global.Set(default, global with { Burned = global.Burned + proposal.Deposit });
        }

        state.Proposals.Set(
            key,
            proposal with
            {
                Status = (byte)status, Deposit = 0, Yes = (ulong)sums[Yes], No = (ulong)sums[No], Abstain = (ulong)sums[Abstain], Total = total,
            });
        block.Emit(EventKind.ProposalClosed, proposal.Action.Netuid, proposal.Proposer, default, key.Id, (ulong)status);
    }

    private static void CarryOut(BlockContext block, ProposalKey key, Proposal proposal)
    {
        int[] mark = block.State.Savepoint();
        (int Events, int Recycled) recorded = block.Savepoint();
        RejectionReason reason = Validate(block, proposal.Action);
        reason = reason != RejectionReason.None ? reason : Execute(block, proposal.Action);
        if (reason != RejectionReason.None)
        {
            block.State.UndoTo(mark);
            block.ForgetAfter(recorded);
        }

        ProposalStatus status = reason == RejectionReason.None ? ProposalStatus.Executed : ProposalStatus.Failed;
        block.State.Proposals.Set(key, proposal with { Status = (byte)status });
        block.Emit(EventKind.ProposalExecuted, proposal.Action.Netuid, proposal.Proposer, default, key.Id, (ulong)reason);
    }

    private static RejectionReason Validate(BlockContext block, ProposalAction action)
    {
        LedgerState state = block.State;
        SubnetKey key = new(action.Netuid);
        return (ProposalKind)action.Kind switch
        {
            ProposalKind.SetHyperparameter => !state.Subnets.Contains(key) ? RejectionReason.SubnetNotFound
                : HyperparameterCatalog.Find(action.Parameter) is not { } h ? RejectionReason.ParameterNotFound
                : h.RootRange(state.Hyperparameters[key], block.Parameters, state.SubnetStates[key].Neurons, action.Value) ? RejectionReason.None
                : RejectionReason.ParameterOutOfRange,
            ProposalKind.SetGlobalParameter => GlobalParameterCatalog.Find(action.Parameter) is not { } g ? RejectionReason.ParameterNotFound
                : g.Allows(action.Value) ? RejectionReason.None
                : RejectionReason.ParameterOutOfRange,
            ProposalKind.CreateSubnet => action.Coldkey.IsZero || action.Hotkey.IsZero ? RejectionReason.ProposalInvalid : RejectionReason.None,
            ProposalKind.RetireSubnet => state.Subnets.Contains(key) ? RejectionReason.None : RejectionReason.SubnetNotFound,
            ProposalKind.SetProtocolVersion => action.Value > state.Global[default].ProtocolVersion && action.Value <= uint.MaxValue
                ? RejectionReason.None
                : RejectionReason.VersionNotNewer,
            _ => RejectionReason.ProposalInvalid,
        };
    }

    private static RejectionReason Execute(BlockContext block, ProposalAction action)
    {
        LedgerState state = block.State;
        switch ((ProposalKind)action.Kind)
        {
            case ProposalKind.SetHyperparameter:
                return SubnetCalls.SetAsRoot(block, action.Netuid, action.Parameter, action.Value);
            case ProposalKind.SetGlobalParameter:
                GlobalParameter parameter = GlobalParameterCatalog.Find(action.Parameter)!;
                state.Parameters.Set(default, parameter.Set(state.Parameters[default], action.Value));
                block.Emit(EventKind.GlobalParameterSet, 0, default, default, action.Parameter, unchecked((ulong)action.Value));
                return RejectionReason.None;
            case ProposalKind.CreateSubnet:
                // Without a lock there is no TAO for the pool; the owner-to-be pays the network's minimum so that it can trade.
                ulong lockCost = block.Parameters.NetworkMinLockCost;
                return Balances.TryDebit(state, action.Coldkey, lockCost)
                    ? SubnetCalls.CreateWith(block, action.Coldkey, action.Hotkey, $"subnet by vote at {block.Height}", lockCost)
                    : RejectionReason.InsufficientBalance;
            case ProposalKind.RetireSubnet:
                SubnetDissolution.Dissolve(block, action.Netuid);
                return RejectionReason.None;
            case ProposalKind.SetProtocolVersion:
                state.Global.Set(default, state.Global[default] with { ProtocolVersion = (uint)action.Value });
                block.Emit(EventKind.ProtocolVersionSet, 0, default, default, (ulong)action.Value);
                return RejectionReason.None;
            default:
                return RejectionReason.ProposalInvalid;
        }
    }
}
