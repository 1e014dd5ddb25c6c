namespace Subnet.Crypto.Rlwe.Keyless;

/// <summary>Why a query or reply is refused (parameters 6). Towards a peer every refusal looks the same.</summary>
public enum KeylessRefusal
{
    /// <summary>It is taken.</summary>
    None = 0,

    /// <summary>The first line is another one.</summary>
    Magic,

    /// <summary>Too short or too long.</summary>
    Length,

    /// <summary>The card is not this model's.</summary>
    Card,

    /// <summary>The set is not the card's.</summary>
    Set,

    /// <summary>The plain modulus is not the card's.</summary>
    PlainModulus,

    /// <summary>Features or classes are not the card's, or the rows are no size class that fits.</summary>
    Layout,

    /// <summary>A residue is not below its prime.</summary>
    UnreducedResidue,

    /// <summary>The ciphertext's and the public key's seed are equal: their difference would show the patient.</summary>
    EqualSeeds,

    /// <summary>The reply answers another request.</summary>
    OtherRequest,

    /// <summary>The residues' width is not the one that follows from set and plain modulus.</summary>
    ReplyWidth,

    /// <summary>The number of answers is not the request's.</summary>
    AnswerCount,

    /// <summary>A padding bit is not zero: room for a hidden message.</summary>
    Padding,

    /// <summary>The mask is zero: anybody could read the answer.</summary>
    Transparent,

    /// <summary>An answer is outside the card's bound.</summary>
    AnswerBound,
}
