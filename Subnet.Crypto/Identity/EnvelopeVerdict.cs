namespace Subnet.Crypto.Identity;

/// <summary>What a receiver says of a signed request. Everything but <see cref="Accepted"/> is a refusal.</summary>
public enum EnvelopeVerdict
{
    /// <summary>No verdict was reached; never returned, so that a forgotten assignment is not an acceptance.</summary>
    None,

    /// <summary>Taken, and its nonce is used up.</summary>
    Accepted,

    /// <summary>A member has a wrong length or form.</summary>
    Malformed,

    /// <summary>No signature, or not that of the sender.</summary>
    NotSigned,

    /// <summary>Meant for another receiver.</summary>
    OtherReceiver,

    /// <summary>For another method than the one called.</summary>
    OtherMethod,

    /// <summary>The body is not the signed one.</summary>
    OtherBody,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>Expires more than five minutes ahead: it could be kept and replayed.</summary>
    TooFarAhead,

    /// <summary>The nonce was used before.</summary>
    Replayed,
}
