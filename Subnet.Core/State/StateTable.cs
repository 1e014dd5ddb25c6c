using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Subnet.Core.State;

/// <summary>
/// One table of the ledger's state: records by key, a journal of replaced records so that a refused call or block leaves no trace,
/// and the table's Merkle tree, brought up to date by <c>Seal</c> with what changed since the last one.
/// </summary>
/// <typeparam name="TKey">Key; its encoding is hashed with the table's number into the tree's key.</typeparam>
/// <typeparam name="TValue">An immutable record.</typeparam>
public sealed class StateTable<TKey, TValue> : IStateTable
    where TKey : struct, IStateRecord<TKey>, IEquatable<TKey>
    where TValue : class, IStateRecord<TValue>
{
    private readonly Dictionary<TKey, Slot> _slots = [];
    private readonly List<Change> _journal = [];
    private readonly StateTree _tree;
    private readonly byte _number;
    private Hash256 _root;

    internal StateTable(byte number, string name, IncrementalHash sha256)
    {
        _tree = new StateTree(sha256);
        _number = number;
        Name = name;
    }

    /// <summary>Called with key, old and new record on every change and on every change taken back; for sums and indexes.</summary>
    internal event Action<TKey, TValue?, TValue?>? Changed;

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Number of records.</summary>
    public int Count { get; private set; }

    byte IStateTable.Number => _number;

    Hash256 IStateTable.Root => _root;

    int IStateTable.JournalLength => _journal.Count;

    /// <summary>The record under a key, or null.</summary>
    public TValue? Find(TKey key) => _slots.TryGetValue(key, out Slot? slot) ? slot.Value : null;

    /// <summary>The record under a key that must be there.</summary>
    /// <exception cref="KeyNotFoundException">No record.</exception>
    public TValue this[TKey key] => Find(key) ?? throw new KeyNotFoundException($"{Name} has no record {key}");

    /// <summary>Whether there is a record, and which.</summary>
    public bool TryGet(TKey key, [NotNullWhen(true)] out TValue? value) => (value = Find(key)) is not null;

    /// <summary>Whether there is a record.</summary>
    public bool Contains(TKey key) => Find(key) is not null;

    /// <summary>All records, in no stable order: sort before anything that must be deterministic.</summary>
    public IEnumerable<KeyValuePair<TKey, TValue>> Unordered()
    {
        foreach ((TKey key, Slot slot) in _slots)
        {
            if (slot.Value is not null)
            {
                yield return new KeyValuePair<TKey, TValue>(key, slot.Value);
            }
        }
    }

    /// <summary>Adds or replaces.</summary>
    internal void Set(TKey key, TValue value) => Put(key, value, journal: true);

    /// <summary>Removes, if there.</summary>
    internal void Remove(TKey key)
    {
        if (Contains(key))
        {
            Put(key, null, journal: true);
        }
    }

    void IStateTable.UndoTo(int length)
    {
        for (int i = _journal.Count - 1; i >= length; i--)
        {
            Put(_journal[i].Key, _journal[i].Old, journal: false);
        }

        _journal.RemoveRange(length, _journal.Count - length);
    }

    void IStateTable.PutBack()
    {
        for (int i = _journal.Count - 1; i >= 0; i--)
        {
            Put(_journal[i].Key, _journal[i].Old, journal: true);
        }
    }

    Hash256 IStateTable.Seal(CanonicalWriter scratch)
    {
        foreach (Change change in _journal)
        {
            if (!_slots.TryGetValue(change.Key, out Slot? slot) || !slot.Touched)
            {
                continue;
            }

            slot.Touched = false;
            if (slot.Value is null)
            {
                if (slot.Leaf is not null)
                {
                    _tree.Remove(slot.Leaf);
                }

                _slots.Remove(change.Key);
                continue;
            }

            if (slot.Leaf is null)
            {
                Hash256 place = TreeKey(change.Key, scratch);
                slot.Leaf = _tree.Add(place, Leaf(place, slot.Value, scratch));
            }
            else
            {
                StateTree.Update(slot.Leaf, Leaf(new Hash256(slot.Leaf.Key), slot.Value, scratch));
            }
        }

        if (_journal.Count > 0)
        {
            _root = _tree.Root;
        }

        return _root;
    }

    void IStateTable.Forget()
    {
        _journal.Clear();
        if (_journal.Capacity > 1 << 16)
        {
            _journal.Capacity = 0;
        }
    }

    void IStateTable.WriteAll(CanonicalWriter writer)
    {
        List<(byte[] Key, TValue Value)> sorted = new(Count);
        CanonicalWriter scratch = new();
        foreach ((TKey key, TValue value) in Unordered())
        {
            scratch.Clear();
            key.Write(scratch);
            sorted.Add((scratch.ToArray(), value));
        }

        sorted.Sort(static (a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
        writer.U8(_number);
        writer.U32((uint)sorted.Count);
        foreach ((byte[] key, TValue value) in sorted)
        {
            writer.Raw(key);
            value.Write(writer);
        }
    }

    void IStateTable.ReadAll(ref CanonicalReader reader)
    {
        if (_slots.Count != 0)
        {
            throw new InvalidOperationException($"{Name} is read into a table that is not empty");
        }

        byte number = reader.U8();
        if (number != _number)
        {
            throw new LedgerFormatException($"table {number} stands where {Name} ({_number}) belongs");
        }

        int count = reader.Count32(int.MaxValue, 1);
        for (int i = 0; i < count; i++)
        {
            TKey key = TKey.Read(ref reader);
            TValue value = TValue.Read(ref reader);
            if (Contains(key))
            {
                throw new LedgerFormatException($"{Name} has the key {key} twice");
            }

            Put(key, value, journal: true);
        }
    }

    IEnumerable<string> IStateTable.DescribeChanges()
    {
        HashSet<TKey> seen = [];
        foreach (Change change in _journal)
        {
            if (seen.Add(change.Key))
            {
                yield return $"{Name} {change.Key}: {Find(change.Key)?.ToString() ?? "removed"}";
            }
        }
    }

    private void Put(TKey key, TValue? value, bool journal)
    {
        if (!_slots.TryGetValue(key, out Slot? slot))
        {
            _slots.Add(key, slot = new Slot { Touched = true });
        }

        TValue? old = slot.Value;
        if (journal)
        {
            _journal.Add(new Change(key, old));
            slot.Touched = true;
        }

        slot.Value = value;
        Count += (value is null ? 0 : 1) - (old is null ? 0 : 1);
        if (!journal && value is null && slot.Leaf is null)
        {
            _slots.Remove(key);
        }

        Changed?.Invoke(key, old, value);
    }

    private Hash256 TreeKey(TKey key, CanonicalWriter scratch)
    {
        scratch.Clear();
        scratch.U8(_number);
        key.Write(scratch);
        return Hash256.Of(scratch.Written);
    }

    private Hash256 Leaf(in Hash256 place, TValue value, CanonicalWriter scratch)
    {
        scratch.Clear();
        value.Write(scratch);
        return _tree.LeafHash(place, scratch.Written);
    }

    private readonly record struct Change(TKey Key, TValue? Old);

    private sealed class Slot
    {
        public TValue? Value { get; set; }

        public StateTree.Node? Leaf { get; set; }

        /// <summary>Set since the last seal; a change taken back may leave it set, which costs one hash and changes nothing.</summary>
        public bool Touched { get; set; }
    }
}
