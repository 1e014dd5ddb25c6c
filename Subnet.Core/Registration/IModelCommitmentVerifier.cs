namespace Subnet.Core.Registration;

/// <summary>Checks that a miner can open the commitment it registers. Must give the same answer on every node; safe for concurrent use.</summary>
public interface IModelCommitmentVerifier
{
    /// <summary>
    /// Whether the opening proof of a commitment is good for this subnet, epoch, hotkey and card (design/protocol.md section 4); a
    /// 32 byte hash commitment has no opening. Never throws on bad input.
    /// </summary>
    bool Verify(ushort netuid, ulong epoch, ReadOnlySpan<byte> hotkey, ReadOnlySpan<byte> card, ReadOnlySpan<byte> commitment, ReadOnlySpan<byte> opening);
}
