namespace Subnet.Crypto.Identity;

/// <summary>A keystore file that cannot be opened; the message says why and never shows key material.</summary>
public sealed class KeystoreException : Exception
{
    /// <summary>Makes the error.</summary>
    public KeystoreException(KeystoreFault fault, string message)
        : base(message) => Fault = fault;

    /// <summary>Makes the error.</summary>
    public KeystoreException(KeystoreFault fault, string message, Exception innerException)
        : base(message, innerException) => Fault = fault;

    /// <summary>What kind of error it is.</summary>
    public KeystoreFault Fault { get; }
}

/// <summary>Why a keystore file was refused.</summary>
public enum KeystoreFault
{
    /// <summary>Not a keystore file of a known version, or a damaged one.</summary>
    Malformed,

    /// <summary>The file asks for a key-derivation cost outside the bounds.</summary>
    Cost,

    /// <summary>The password is wrong, or the file was changed: the two cannot be told apart.</summary>
    Password,
}
