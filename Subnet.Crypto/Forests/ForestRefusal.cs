namespace Subnet.Crypto.Forests;

/// <summary>Why a key bundle, query or reply of a private forest is refused (parameters 6). Towards a peer every refusal looks the same.</summary>
public enum ForestRefusal
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

    /// <summary>Number of keys, rows, classes or bits are not the card's.</summary>
    Layout,

    /// <summary>Other rotation keys than those that the card names.</summary>
    Elements,

    /// <summary>A residue is not below its prime, or a padding bit is not zero.</summary>
    Residue,

    /// <summary>Two seeds are equal.</summary>
    EqualSeeds,

    /// <summary>The query belongs to another key bundle.</summary>
    OtherKeys,

    /// <summary>The reply answers another request.</summary>
    OtherRequest,

    /// <summary>The mask is zero: anybody could read the answer.</summary>
    Transparent,

    /// <summary>An answer is outside the card's bound.</summary>
    AnswerBound,
}
