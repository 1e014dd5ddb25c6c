namespace Subnet.Health.Rpc.Uploads;

/// <summary>Why a chunk is not taken.</summary>
internal enum UploadRefusal
{
    /// <summary>The bytes are not what the digest names; what was there is gone, and the upload begins anew.</summary>
    WrongDigest,

    /// <summary>The chunk does not begin where the bytes end that are there.</summary>
    WrongOffset,

    /// <summary>Not the length that the first chunk named, or a chunk beyond it.</summary>
    WrongLength,

    /// <summary>Longer than an upload may be, or too many are on their way.</summary>
    TooLarge,

    /// <summary>No room is left until older uploads are removed.</summary>
    Full,
}

/// <summary>A chunk that is not taken.</summary>
internal sealed class UploadRefusedException(UploadRefusal refusal, string message) : Exception(message)
{
    /// <summary>Why.</summary>
    public UploadRefusal Refusal { get; } = refusal;
}
