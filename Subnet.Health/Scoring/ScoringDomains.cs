namespace Subnet.Health.Scoring;

/// <summary>Signature domains of organic scoring (protocol 8.2).</summary>
internal static class ScoringDomains
{
    /// <summary>The cases whose outcome is known, before the beacon.</summary>
    public const string Window = "subnet-score-window/1";

    /// <summary>A validator's seed: first its hash, later the seed.</summary>
    public const string Seed = "subnet-score-seed/1";

    /// <summary>A clinic's batch.</summary>
    public const string Batch = "subnet-batch/1";

    /// <summary>A validator's outputs.</summary>
    public const string Outputs = "subnet-score-out/1";

    /// <summary>A clinic's commitment to what it decrypted, and its opening.</summary>
    public const string Score = "subnet-score/1";

    /// <summary>What a validator makes public.</summary>
    public const string Public = "subnet-score-public/1";

    /// <summary>A fault with its evidence.</summary>
    public const string Fault = "subnet-score-fault/1";

    /// <summary>How often clinics and validators left a batch.</summary>
    public const string Aborts = "subnet-score-aborts/1";

    /// <summary>Whether this is one of them: only these are ever handed to the signature check.</summary>
    public static bool IsKnown(string domain) => domain is Window or Seed or Batch or Outputs or Score or Public or Fault or Aborts;
}
