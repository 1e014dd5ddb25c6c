using Subnet.Health.Review.Entries;

namespace Subnet.Health.Scoring;

/// <summary>A clinic's side of a batch, step by step, as <see cref="OrganicScoringRun"/> takes it over the network.</summary>
internal interface IClinicScoring
{
    /// <summary>The window's entry in the clinic's log; null before the window is open.</summary>
    RecordedEntry? WindowEntry { get; }

    /// <summary>The window with the proof of its anchor, and the anchor's height; null before it was anchored.</summary>
    (ScoringMessage Window, long Height)? Anchored { get; }

    /// <summary>The beacon that the batch was drawn by; null before the batch is open.</summary>
    ScoringBeacon? Beacon { get; }

    /// <summary>The batch; null before it is open.</summary>
    ScoreBatchOpen? Batch { get; }

    /// <summary>The validators drawn, in their order.</summary>
    IReadOnlyList<SeedCommitment> Drawn { get; }

    /// <summary>Validators that have committed a seed.</summary>
    IReadOnlyCollection<SeedCommitment> Committed { get; }

    /// <summary>All outputs that came.</summary>
    IReadOnlyList<ScoringMessage> Outputs { get; }

    /// <summary>Opened seeds.</summary>
    IReadOnlyList<ScoringMessage> SeedOpenings { get; }

    /// <summary>Commitments made; empty before.</summary>
    IReadOnlyList<ScoringMessage> Commitments { get; }

    /// <summary>Openings made; empty before.</summary>
    IReadOnlyList<ScoringMessage> Openings { get; }

    /// <summary>Faults found so far.</summary>
    IReadOnlyList<ScoringFinding> Findings { get; }

    /// <summary>Step 1: the window is logged.</summary>
    Task<ScoringMessage> OpenWindowAsync();

    /// <summary>Keeps the proof of the window's anchor.</summary>
    void KeepAnchor(ScoringMessage window, long height);

    /// <summary>Step 2: a validator's hash of its seed.</summary>
    ScoringFault AcceptSeed(ScoringMessage message);

    /// <summary>Step 1, after the beacon: the batch.</summary>
    Task<(ScoreBatchOpen? Batch, ScoringFault Fault)> OpenBatchAsync(ScoringBeacon beacon);

    /// <summary>Step 3: a drawn validator's outputs for one miner.</summary>
    ScoringFault AcceptOutputs(ScoringMessage message);

    /// <summary>Step 3: commitments to whatever was decrypted.</summary>
    Task<IReadOnlyList<ScoringMessage>> CommitAsync();

    /// <summary>Step 4: a drawn validator's opened seed.</summary>
    ScoringFault AcceptSeedOpening(ScoringMessage message);

    /// <summary>Step 5: openings where everything recomputes.</summary>
    Task<IReadOnlyList<ScoringMessage>> OpenAsync();
}
