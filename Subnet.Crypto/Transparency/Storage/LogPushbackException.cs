namespace Subnet.Crypto.Transparency.Storage;

/// <summary>Too many entries wait for a commit. The entry was not taken; the caller slows down and tries again.</summary>
public sealed class LogPushbackException(int waiting) : InvalidOperationException($"{waiting} entries wait for the log already; try again shortly");
