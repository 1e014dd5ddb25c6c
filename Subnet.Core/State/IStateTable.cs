namespace Subnet.Core.State;

/// <summary>What the ledger does with all of its tables alike.</summary>
internal interface IStateTable
{
    /// <summary>Name for messages.</summary>
    string Name { get; }

    /// <summary>Number in snapshots and tree keys; never reused.</summary>
    byte Number { get; }

    /// <summary>Root at the last seal.</summary>
    Hash256 Root { get; }

    /// <summary>Number of changes since the last seal; a savepoint.</summary>
    int JournalLength { get; }

    /// <summary>Takes back the changes after a savepoint.</summary>
    void UndoTo(int length);

    /// <summary>Puts back what was changed since the last <see cref="Forget"/>, sealed or not, as changes of their own: to be sealed and forgotten after.</summary>
    void PutBack();

    /// <summary>Brings the tree up to date with the journal and returns the new root.</summary>
    Hash256 Seal(CanonicalWriter scratch);

    /// <summary>Forgets the journal: what was changed can no longer be taken back.</summary>
    void Forget();

    /// <summary>Writes number, count and all records in the order of their encoded keys.</summary>
    void WriteAll(CanonicalWriter writer);

    /// <summary>Reads what <see cref="WriteAll"/> wrote into an empty table.</summary>
    void ReadAll(ref CanonicalReader reader);

    /// <summary>One line per record changed since the last seal; evidence for a disagreement.</summary>
    IEnumerable<string> DescribeChanges();
}
