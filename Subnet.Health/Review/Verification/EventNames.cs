using System.Buffers.Binary;

namespace Subnet.Health.Review.Verification;

/// <summary>
/// Finds event names that a log has twice. A few are kept in memory; beyond that they are put aside by their first byte and each part is looked through by itself: memory does not
/// grow with the log up to some hundred million entries.
/// </summary>
internal sealed class EventNames : IDisposable
{
    private const int RecordBytes = 24;

    private readonly int inMemory;
    private readonly Dictionary<UInt128, long> first = [];
    private SpilledRecords? spilled;

    /// <param name="inMemory">Names that are kept in memory before files are used.</param>
    public EventNames(int inMemory = 1 << 16) => this.inMemory = inMemory;

    /// <summary>Takes the name of the entry at an index.</summary>
    /// <returns>Whether it is known already to have been there; what is in files shows at the end.</returns>
    public bool Add(UInt128 name, long index)
    {
        if (spilled is null && first.Count < inMemory)
        {
            return !first.TryAdd(name, index);
        }

        if (spilled is null)
        {
            spilled = new SpilledRecords(RecordBytes);
            foreach ((UInt128 earlier, long place) in first.OrderBy(pair => pair.Value))
            {
                Write(earlier, place);
            }

            first.Clear();
            first.TrimExcess();
        }

        Write(name, index);
        return false;
    }

    /// <summary>The indexes of entries whose name was there before them, as far as <see cref="Add"/> did not say so.</summary>
    public IEnumerable<long> Repeated()
    {
        for (int part = 0; spilled is not null && part < SpilledRecords.Parts; part++)
        {
            HashSet<UInt128> seen = [];
            foreach (ReadOnlyMemory<byte> record in spilled.Read(part))
            {
                if (!seen.Add(BinaryPrimitives.ReadUInt128BigEndian(record.Span)))
                {
                    yield return BinaryPrimitives.ReadInt64BigEndian(record.Span[16..]);
                }
            }
        }
    }

    /// <summary>Removes the files.</summary>
    public void Dispose() => spilled?.Dispose();

    private void Write(UInt128 name, long index)
    {
        Span<byte> record = stackalloc byte[RecordBytes];
        BinaryPrimitives.WriteUInt128BigEndian(record, name);
        BinaryPrimitives.WriteInt64BigEndian(record[16..], index);
        spilled!.Add(record);
    }
}
