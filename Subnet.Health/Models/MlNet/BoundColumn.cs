using Subnet.Health.Models.Evaluation;

namespace Subnet.Health.Models.MlNet;

/// <summary>A column of the pipeline's current state, resolved to lanes.</summary>
/// <param name="Name">Name at this point of the pipeline.</param>
/// <param name="Kind">Type of the slots; null for a key.</param>
/// <param name="IsVector">Whether it is a vector, which may have one slot.</param>
/// <param name="Slots">One for each slot.</param>
/// <param name="SlotNames">As many names.</param>
/// <param name="KeyCount">Number of key values; 0 for no key.</param>
/// <param name="Vocabulary">The values behind the keys, where they are known.</param>
internal sealed record BoundColumn(
    string Name,
    ColumnKind? Kind,
    bool IsVector,
    Slot[] Slots,
    string[] SlotNames,
    long KeyCount = 0,
    Vocabulary? Vocabulary = null)
{
    /// <summary>The value lanes.</summary>
    public Lane[] Values => [.. Slots.Select(slot => slot.Value)];

    /// <summary>The same with other slots in place of the values, all explicit.</summary>
    public BoundColumn With(string name, ColumnKind? kind, Lane[] lanes) =>
        this with { Name = name, Kind = kind, Slots = [.. lanes.Select(lane => new Slot(lane))], KeyCount = 0, Vocabulary = null };

    /// <summary>The same with new values and the old knowledge of which entries are explicit.</summary>
    public BoundColumn WithValues(string name, Lane[] lanes) =>
        this with { Name = name, Slots = [.. Slots.Select((slot, j) => slot with { Value = lanes[j] })] };

    /// <summary>What the column holds, for messages.</summary>
    public string Describe() => $"{(Kind is ColumnKind kind ? kind.ToString() : "Key")}{(IsVector ? $" x {Slots.Length}" : "")}";
}
