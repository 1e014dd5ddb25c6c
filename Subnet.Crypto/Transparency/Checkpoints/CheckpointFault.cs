namespace Subnet.Crypto.Transparency.Checkpoints;

/// <summary>Why a signed checkpoint is not accepted, in the order of the checks.</summary>
public enum CheckpointFault
{
    /// <summary>It is accepted.</summary>
    None,

    /// <summary>The note is malformed, a known key's signature is bad, or no known key signed.</summary>
    Note,

    /// <summary>The text is no checkpoint.</summary>
    Checkpoint,

    /// <summary>It is another log's.</summary>
    Origin,

    /// <summary>The log itself did not sign.</summary>
    LogSignature,

    /// <summary>Too few of the trusted witnesses cosigned.</summary>
    Quorum,
}
