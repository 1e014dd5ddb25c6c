namespace Subnet.Core.State;

/// <summary>A key or value of a state table: immutable, with one canonical encoding.</summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface IStateRecord<TSelf>
    where TSelf : IStateRecord<TSelf>
{
    /// <summary>Appends the canonical encoding.</summary>
    void Write(CanonicalWriter writer);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="LedgerFormatException">The bytes are not such an encoding.</exception>
    static abstract TSelf Read(ref CanonicalReader reader);
}
