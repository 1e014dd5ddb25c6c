namespace Subnet.Core.State;

/// <summary>Free balance and replay protection of one account.</summary>
/// <param name="Balance">Spendable, in rao.</param>
/// <param name="Nonce">Number of transactions already included; the next one carries this number.</param>
public sealed record Account(ulong Balance, ulong Nonce) : IStateRecord<Account>
{
    /// <summary>An account that was never used.</summary>
    public static Account Empty { get; } = new(0, 0);

    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U64(Balance);
        writer.U64(Nonce);
    }

    /// <inheritdoc/>
    public static Account Read(ref CanonicalReader reader) =>
        new(reader.U64(), reader.U64());
}
