namespace Subnet.Core.State;

/// <summary>What a proposal would do.</summary>
public enum ProposalKind
{
    /// <summary>Set a hyperparameter of a subnet.</summary>
    SetHyperparameter = 1,

    /// <summary>Set a parameter of the whole network.</summary>
    SetGlobalParameter = 2,

    /// <summary>Create a subnet without lock cost for an owner.</summary>
    CreateSubnet = 3,

    /// <summary>Dissolve a subnet and pay its holders out of the pool.</summary>
    RetireSubnet = 4,

    /// <summary>Set the protocol version from which on rules apply.</summary>
    SetProtocolVersion = 5,
}

/// <summary>Where a proposal stands.</summary>
public enum ProposalStatus
{
    /// <summary>Votes are taken.</summary>
    Voting = 1,

    /// <summary>Accepted; executed when its delay is over.</summary>
    Accepted = 2,

    /// <summary>Quorum or majority missed.</summary>
    Rejected = 3,

    /// <summary>Carried out.</summary>
    Executed = 4,

    /// <summary>Accepted, but its effect was no longer allowed when it was due.</summary>
    Failed = 5,
}

/// <summary>The effect of a proposal.</summary>
/// <param name="Kind">A <see cref="ProposalKind"/>.</param>
/// <param name="Netuid">Subnet; 0 is root.</param>
/// <param name="Parameter">Number of the parameter.</param>
/// <param name="Value">New value of the parameter, or the protocol version.</param>
/// <param name="Coldkey">Owner of a subnet to be created.</param>
/// <param name="Hotkey">Owner hotkey of a subnet to be created.</param>
public sealed record ProposalAction(
    byte Kind,
    ushort Netuid,
    ushort Parameter,
    Int128 Value,
    AccountId Coldkey,
    AccountId Hotkey) : IStateRecord<ProposalAction>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U8(Kind);
        writer.U16(Netuid);
        writer.U16(Parameter);
        writer.I128(Value);
        writer.Account(Coldkey);
        writer.Account(Hotkey);
    }

    /// <inheritdoc/>
    public static ProposalAction Read(ref CanonicalReader reader) =>
        new(reader.U8(), reader.U16(), reader.U16(), reader.I128(), reader.Account(), reader.Account());
}

/// <summary>A proposal with its outcome so far.</summary>
/// <param name="Proposer">Coldkey that proposed and paid the deposit.</param>
/// <param name="Action">What it would do.</param>
/// <param name="Rationale">SHA-256 of the text that argues for it.</param>
/// <param name="CreatedBlock">Height of the proposal.</param>
/// <param name="VotingEnds">First height at which no vote is taken.</param>
/// <param name="ExecuteAt">Height from which on it is carried out.</param>
/// <param name="Deposit">In rao, returned when the quorum was met.</param>
/// <param name="Status">A <see cref="ProposalStatus"/>.</param>
/// <param name="Yes">Power in favour, in rao, at the tally.</param>
/// <param name="No">Power against.</param>
/// <param name="Abstain">Power that only counts for the quorum.</param>
/// <param name="Total">Power of all stake at the tally.</param>
public sealed record Proposal(
    AccountId Proposer,
    ProposalAction Action,
    Hash256 Rationale,
    ulong CreatedBlock,
    ulong VotingEnds,
    ulong ExecuteAt,
    ulong Deposit,
    byte Status,
    ulong Yes,
    ulong No,
    ulong Abstain,
    ulong Total) : IStateRecord<Proposal>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.Account(Proposer);
        Action.Write(writer);
        writer.Digest(Rationale);
        writer.U64(CreatedBlock);
        writer.U64(VotingEnds);
        writer.U64(ExecuteAt);
        writer.U64(Deposit);
        writer.U8(Status);
        writer.U64(Yes);
        writer.U64(No);
        writer.U64(Abstain);
        writer.U64(Total);
    }

    /// <inheritdoc/>
    public static Proposal Read(ref CanonicalReader reader) =>
        new(
            reader.Account(),
            ProposalAction.Read(ref reader),
            reader.Digest(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U8(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64());
}

/// <summary>One coldkey's vote.</summary>
/// <param name="Choice">0 no, 1 yes, 2 abstain.</param>
/// <param name="Power">Its stake in rao when it voted.</param>
public sealed record Vote(byte Choice, ulong Power) : IStateRecord<Vote>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U8(Choice);
        writer.U64(Power);
    }

    /// <inheritdoc/>
    public static Vote Read(ref CanonicalReader reader) =>
        new(reader.U8(), reader.U64());
}
