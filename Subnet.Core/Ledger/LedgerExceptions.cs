namespace Subnet.Core.Ledger;

/// <summary>A store cannot be read or written: missing, locked, full, or another process was faster.</summary>
public sealed class LedgerStoreException : Exception
{
    /// <summary>Says what failed and what to do.</summary>
    public LedgerStoreException(string message)
        : base(message)
    {
    }

    /// <summary>Says what failed and what to do, with the cause.</summary>
    public LedgerStoreException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>Whether there was no room: it passes, and what was to be written may be tried again.</summary>
    public bool IsFull { get; init; }
}

/// <summary>What a store holds is not what was written, or not a ledger of this network.</summary>
public sealed class LedgerCorruptException : Exception
{
    /// <summary>Says what is damaged and what to do.</summary>
    public LedgerCorruptException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is damaged and what to do, with the cause.</summary>
    public LedgerCorruptException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>A block that does not follow from the ledger before it; the evidence says why, and convinces whoever has the same ledger.</summary>
public sealed class BlockRefusedException : Exception
{
    /// <summary>Refuses with evidence.</summary>
    public BlockRefusedException(RefusalEvidence evidence)
        : base($"block {evidence.Height} is refused: {evidence.Reason}") => Evidence = evidence;

    /// <summary>What is wrong.</summary>
    public RefusalEvidence Evidence { get; }
}
