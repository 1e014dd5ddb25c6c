namespace Subnet.Health.Review.Verification;

/// <summary>What a reviewer allows.</summary>
internal sealed record SemanticOptions
{
    /// <summary>How far times may go backwards from one entry to the next.</summary>
    public TimeSpan AllowedSkew { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How much earlier than a witness's time an entry may say it was recorded that the witness had not seen.</summary>
    public TimeSpan AllowedDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Purposes that the clinic may ask for.</summary>
    public IReadOnlySet<string> AllowedPurposes { get; init; } =
        new HashSet<string> { "TREAT", "HPAYMT", "HOPERAT", "HRESCH", "PUBHLTH", "ETREAT", "PATRQT" };

    /// <summary>Whether all entries are seen: then gaps and missing counterparts are errors and not merely out of sight.</summary>
    public bool IsWholeLog { get; init; } = true;
}
