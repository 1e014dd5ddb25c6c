namespace Subnet.Core.State;

/// <summary>A row of weights or bonds: uids in the order submitted and their values of 65535.</summary>
/// <param name="Uids">Columns.</param>
/// <param name="Values">One value for each column.</param>
public sealed record SparseRow(ReadOnlyMemory<ushort> Uids, ReadOnlyMemory<ushort> Values) : IStateRecord<SparseRow>
{
    /// <summary>A row without entries.</summary>
    public static SparseRow Empty { get; } = new(default, default);

    /// <summary>The row without its entry of a uid.</summary>
    public SparseRow Without(ushort uid)
    {
        int at = Uids.Span.IndexOf(uid);
        return at < 0 ? this : new SparseRow(Cut(Uids.Span, at), Cut(Values.Span, at));
    }

    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U16List(Uids.Span);
        writer.U16List(Values.Span);
    }

    /// <inheritdoc/>
    public static SparseRow Read(ref CanonicalReader reader) =>
        new(reader.U16List(65535), reader.U16List(65535));

    private static ushort[] Cut(ReadOnlySpan<ushort> items, int at) => [.. items[..at], .. items[(at + 1)..]];
}
