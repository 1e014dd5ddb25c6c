namespace Subnet.Health.Scoring;

/// <summary>Why a message was refused or a batch counts for nothing.</summary>
internal enum ScoringFault
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>Not signed, not canonical, another shape, or not by whom it should be.</summary>
    Malformed,

    /// <summary>The message is not for this batch, slot or step.</summary>
    OutOfPlace,

    /// <summary>It came after its deadline.</summary>
    Late,

    /// <summary>The beacon is not ten blocks above the window's anchor, or drew other cases or validators.</summary>
    NotTheDraw,

    /// <summary>Keys or ciphertexts are not of the set, not reduced, not seeded, or share a seed.</summary>
    BadCiphertext,

    /// <summary>The slot was used for another batch: a rerun needs a new one.</summary>
    SlotUsed,

    /// <summary>A seed does not fit its commitment.</summary>
    WrongSeed,

    /// <summary>Outputs are not those of the ciphertexts and the opened seed.</summary>
    OutputsDiffer,

    /// <summary>An opening is not that of the logged commitment.</summary>
    WrongOpening,

    /// <summary>A tag is not that of its value.</summary>
    WrongTag,

    /// <summary>A check fails: a prediction or label is not a bit, or layouts differ.</summary>
    InvalidInputs,

    /// <summary>Values are out of range, or of validators differ.</summary>
    BadValue,

    /// <summary>Too few validators answered in time.</summary>
    TooFewValidators,

    /// <summary>A validator did not open its seed in time.</summary>
    SeedWithheld,

    /// <summary>The clinic did not commit or open in time: the batch's median and a fee.</summary>
    OpeningMissing,

    /// <summary>The clinic committed without this validator's outputs, so the validator has no tag to check and gives no score.</summary>
    OwnOutputsLeftOut,

    /// <summary>All patients of the batch had one outcome, so that a ranking says nothing. Nobody's fault, and no score.</summary>
    NothingToCompare,
}

/// <summary>The stable words of faults, as logs and statements have them.</summary>
internal static class ScoringFaults
{
    /// <summary>The word.</summary>
    public static string Word(ScoringFault fault) => fault switch
    {
        ScoringFault.None => "none",
        ScoringFault.Malformed => "malformed",
        ScoringFault.OutOfPlace => "out-of-place",
        ScoringFault.Late => "late",
        ScoringFault.NotTheDraw => "not-the-draw",
        ScoringFault.BadCiphertext => "bad-ciphertext",
        ScoringFault.SlotUsed => "slot-used",
        ScoringFault.WrongSeed => "wrong-seed",
        ScoringFault.OutputsDiffer => "outputs-differ",
        ScoringFault.WrongOpening => "wrong-opening",
        ScoringFault.WrongTag => "wrong-tag",
        ScoringFault.InvalidInputs => "invalid-inputs",
        ScoringFault.BadValue => "bad-value",
        ScoringFault.TooFewValidators => "too-few-validators",
        ScoringFault.SeedWithheld => "seed-withheld",
        ScoringFault.OwnOutputsLeftOut => "own-outputs-left-out",
        ScoringFault.NothingToCompare => "nothing-to-compare",
        _ => "opening-missing",
    };
}
