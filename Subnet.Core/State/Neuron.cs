namespace Subnet.Core.State;

/// <summary>One uid of a subnet with the outcome of its last epoch; fractions are of 65535.</summary>
/// <param name="Hotkey">The hotkey.</param>
/// <param name="RegisteredBlock">Height of registration.</param>
/// <param name="LastUpdate">Height at which it last set or committed weights.</param>
/// <param name="ValidatorPermit">Whether its weights count.</param>
/// <param name="StakeWeight">Share of the stake.</param>
/// <param name="Consensus">Stake-weighted median of the weights towards it.</param>
/// <param name="Incentive">Share as a miner.</param>
/// <param name="Dividends">Share as a validator.</param>
/// <param name="ValidatorTrust">How much of its weights was inside consensus.</param>
/// <param name="Emission">Alpha earned in the last epoch.</param>
public sealed record Neuron(
    AccountId Hotkey,
    ulong RegisteredBlock,
    ulong LastUpdate,
    bool ValidatorPermit,
    ushort StakeWeight,
    ushort Consensus,
    ushort Incentive,
    ushort Dividends,
    ushort ValidatorTrust,
    ulong Emission) : IStateRecord<Neuron>
{
    /// <summary>A neuron as registration makes it: no permit, no outcome yet.</summary>
    public static Neuron Registered(AccountId hotkey, ulong block) => new(hotkey, block, block, false, 0, 0, 0, 0, 0, 0);

    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.Account(Hotkey);
        writer.U64(RegisteredBlock);
        writer.U64(LastUpdate);
        writer.Bool(ValidatorPermit);
        writer.U16(StakeWeight);
        writer.U16(Consensus);
        writer.U16(Incentive);
        writer.U16(Dividends);
        writer.U16(ValidatorTrust);
        writer.U64(Emission);
    }

    /// <inheritdoc/>
    public static Neuron Read(ref CanonicalReader reader) =>
        new(
            reader.Account(),
            reader.U64(),
            reader.U64(),
            reader.Bool(),
            reader.U16(),
            reader.U16(),
            reader.U16(),
            reader.U16(),
            reader.U16(),
            reader.U64());
}
