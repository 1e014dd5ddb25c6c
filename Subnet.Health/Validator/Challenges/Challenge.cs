namespace Subnet.Health.Validator.Challenges;

/// <summary>What a challenge is for. To the miner all of them are queries.</summary>
internal enum ChallengeKind
{
    /// <summary>Synthetic rows, opened after the epoch and proved.</summary>
    Audit = 0,

    /// <summary>Rows of an earlier audit under another key; opened and proved as well.</summary>
    Repeat = 1,

    /// <summary>Rows with known outcomes, scored and never opened.</summary>
    Labelled = 2,
}

/// <summary>How far a challenge got.</summary>
internal enum ChallengeState
{
    /// <summary>Planned and not sent.</summary>
    Planned = 0,

    /// <summary>Being sent; after a restart the same bytes go again with the same token, so nothing is paid twice.</summary>
    Sent = 1,

    /// <summary>Answered with a receipt.</summary>
    Answered = 2,

    /// <summary>Refused, timed out, or answered with something that counts for nothing.</summary>
    Failed = 3,
}

/// <summary>One query that a validator planned for an epoch.</summary>
internal sealed record Challenge
{
    /// <summary>Its number in the store; 0 before it is there.</summary>
    public long Id { get; init; }

    /// <summary>The subnet.</summary>
    public required ushort Netuid { get; init; }

    /// <summary>The epoch in which it is asked.</summary>
    public required ulong Epoch { get; init; }

    /// <summary>Whom, 32 bytes.</summary>
    public required byte[] Miner { get; init; }

    /// <summary>Under which card, 32 bytes.</summary>
    public required byte[] Card { get; init; }

    /// <summary>What for.</summary>
    public required ChallengeKind Kind { get; init; }

    /// <summary>Master seed of the query, 32 bytes. Whoever has it reads the answers.</summary>
    public required byte[] Master { get; init; }

    /// <summary>Master seed of the keys that it goes under, 32 bytes, for circuits with keys; else empty. Whoever has it reads every query under them.</summary>
    public byte[] Keys { get; init; } = [];

    /// <summary>Encoded rows, without padding.</summary>
    public required long[][] Rows { get; init; }

    /// <summary>Its leaf in the logged plan, 32 bytes; empty for labelled rows, which are in no plan, and for plans of before leaves were kept.</summary>
    public byte[] Leaf { get; init; } = [];

    /// <summary>For labelled rows: which rows of the validator's own table.</summary>
    public int[] Labels { get; init; } = [];

    /// <summary>How far it got.</summary>
    public ChallengeState State { get; init; }

    /// <summary>16 bytes that the receipt names.</summary>
    public byte[] Event { get; init; } = [];

    /// <summary>The token that pays for it; kept so that a retry sends the same bytes.</summary>
    public byte[] Token { get; init; } = [];

    /// <summary>The reply's bytes.</summary>
    public byte[] Reply { get; init; } = [];

    /// <summary>The receipt in canonical JSON.</summary>
    public byte[] Receipt { get; init; } = [];

    /// <summary>Its signature.</summary>
    public byte[] ReceiptSignature { get; init; } = [];

    /// <summary>From sending to the checked answer, milliseconds.</summary>
    public double LatencyMs { get; init; }
}
