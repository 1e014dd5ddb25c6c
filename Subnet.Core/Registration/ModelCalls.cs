using Subnet.Core.State;

namespace Subnet.Core.Registration;

/// <summary>Model cards and the commitments to their weights.</summary>
internal static class ModelCalls
{
    /// <summary>Registers a card. A commitment belongs to the hotkey that registered it first, so that nobody is paid for a copied one.</summary>
    public static RejectionReason Register(
        BlockContext block,
        IModelCommitmentVerifier? verifier,
        AccountId hotkey,
        ushort netuid,
        ulong epoch,
        Hash256 card,
        ReadOnlyMemory<byte> commitment,
        ReadOnlyMemory<byte> opening)
    {
        LedgerState state = block.State;
        if (state.UidOf(netuid, hotkey) is null)
        {
            return RejectionReason.NotAMiner;
        }

        ModelKey key = new(netuid, card);
        if (state.Models.Contains(key))
        {
            return RejectionReason.ModelExists;
        }

        bool valid = commitment.Length switch
        {
            32 => opening.Length == 0,
            33 => IsNow(block, epoch) && verifier is not null && verifier.Verify(netuid, epoch, hotkey.ToArray(), card.ToArray(), commitment.Span, opening.Span),
            _ => false,
        };
        if (!valid)
        {
            return RejectionReason.CommitmentInvalid;
        }

        Hash256 digest = Hash256.Of(commitment.Span);
        if (state.Commitments.TryGet(digest, out CommitmentOwner? owner) && owner.Hotkey != hotkey)
        {
            return RejectionReason.CommitmentOwnedByAnother;
        }

        if (owner is null)
        {
            state.Commitments.Set(digest, new CommitmentOwner(hotkey, block.Height));
        }

        state.Models.Set(key, new ModelRegistration(hotkey, commitment, block.Height, 0));
        if (state.Hyperparameters.Find(new SubnetKey(netuid)) is { BondsResetOn: true } parameters)
        {
            ResetBonds(state, netuid, parameters.MechanismCount, state.UidOf(netuid, hotkey)!.Value);
        }

        block.Emit(EventKind.ModelRegistered, netuid, hotkey);
        return RejectionReason.None;
    }

    /// <summary>An opening proof is bound to the access epoch of its registration, or to the one before where that ended on the way.</summary>
    private static bool IsNow(BlockContext block, ulong epoch)
    {
        ulong now = block.Parameters.AccessEpochAt(block.Height);
        return epoch == now || (now > 0 && epoch == now - 1);
    }

    /// <summary>A miner that serves something new earns its validators' bonds anew: those on it go (<c>design/yuma.md</c> 3.15).</summary>
    private static void ResetBonds(LedgerState state, ushort netuid, int mechanisms, ushort miner)
    {
        int neurons = state.SubnetStates[new SubnetKey(netuid)].Neurons;
        for (int mechanism = 0; mechanism < mechanisms; mechanism++)
        {
            for (int validator = 0; validator < neurons; validator++)
            {
                NeuronKey key = new(MechanismIndex.Of(netuid, mechanism), (ushort)validator);
                if (state.Bonds.TryGet(key, out SparseRow? row) && row.Uids.Span.Contains(miner))
                {
                    Keep(state, key, row.Without(miner));
                }
            }
        }
    }

    private static void Keep(LedgerState state, NeuronKey key, SparseRow row)
    {
        if (row.Uids.IsEmpty)
        {
            state.Bonds.Remove(key);
        }
        else
        {
            state.Bonds.Set(key, row);
        }
    }

    /// <summary>Takes a card out of use; its record stays.</summary>
    public static RejectionReason Retire(BlockContext block, AccountId hotkey, ushort netuid, Hash256 card)
    {
        ModelKey key = new(netuid, card);
        if (!block.State.Models.TryGet(key, out ModelRegistration? model) || model.Hotkey != hotkey || model.RetiredHeight != 0)
        {
            return RejectionReason.ModelNotFound;
        }

        block.State.Models.Set(key, model with { RetiredHeight = block.Height });
        block.Emit(EventKind.ModelRetired, netuid, hotkey);
        return RejectionReason.None;
    }

    /// <summary>
    /// Anchors a checkpoint. The first account that anchors an origin speaks for it from then on; a log that shrinks, or has another root
    /// at the same size, is refused: that refusal and the two signed checkpoints are evidence.
    /// </summary>
    public static RejectionReason Anchor(BlockContext block, AccountId account, string origin, ulong size, Hash256 root)
    {
        if (origin.Length == 0 || origin.Any(static c => c is <= ' ' or >= (char)127))
        {
            return RejectionReason.OriginInvalid;
        }

        AnchorKey key = new(origin);
        if (block.State.Anchors.TryGet(key, out Anchor? last))
        {
            if (last.Submitter != account)
            {
                return RejectionReason.OriginOwnedByAnother;
            }

            if (size <= last.Size)
            {
                return size == last.Size && root != last.Root ? RejectionReason.AnchorFork : RejectionReason.AnchorRollback;
            }
        }

        block.State.Anchors.Set(key, new Anchor(size, root, block.Height, account));
        block.Emit(EventKind.CheckpointAnchored, 0, account, default, size);
        return RejectionReason.None;
    }
}
