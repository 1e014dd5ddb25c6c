namespace Subnet.Core.State;

/// <summary>Where a neuron serves.</summary>
/// <param name="Address">URL.</param>
/// <param name="Height">Block of the announcement.</param>
public sealed record Endpoint(string Address, ulong Height) : IStateRecord<Endpoint>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.Text(Address);
        writer.U64(Height);
    }

    /// <inheritdoc/>
    public static Endpoint Read(ref CanonicalReader reader) =>
        new(reader.Text(256), reader.U64());
}
