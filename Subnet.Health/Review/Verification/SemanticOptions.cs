namespace Subnet.Health.Review.Verification;

/// <summary>What a reviewer allows.</summary>
internal sealed record SemanticOptions
{
    /// <summary>How far times may go backwards from one entry to the next.</summary>
    public TimeSpan AllowedSkew { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Purposes that the clinic may ask for.</summary>
    public IReadOnlySet<string> AllowedPurposes { get; init; } =
        new HashSet<string> { "TREAT", "HPAYMT", "HOPERAT", "HRESCH", "PUBHLTH", "ETREAT", "PATRQT" };

    /// <summary>Whether all entries are seen: then gaps and missing counterparts are errors and not merely out of sight.</summary>
    public bool IsWholeLog { get; init; } = true;
}
