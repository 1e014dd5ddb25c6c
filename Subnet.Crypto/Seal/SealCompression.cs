namespace Subnet.Crypto.Seal;

/// <summary>How the payload behind a header is compressed; the values are those of the files (seal-format 1).</summary>
public enum SealCompression : byte
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>One zlib stream (RFC 1950).</summary>
    Zlib = 1,

    /// <summary>One Zstandard frame (RFC 8878), the default of SEAL.</summary>
    Zstandard = 2,
}
