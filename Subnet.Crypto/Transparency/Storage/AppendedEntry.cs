namespace Subnet.Crypto.Transparency.Storage;

/// <summary>Where an entry stands, durably.</summary>
/// <param name="Index">Its place in the log.</param>
/// <param name="IsDuplicate">Whether it was there before: then the index is that of the first.</param>
public readonly record struct AppendedEntry(long Index, bool IsDuplicate);
