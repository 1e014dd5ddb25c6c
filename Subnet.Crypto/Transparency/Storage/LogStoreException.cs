namespace Subnet.Crypto.Transparency.Storage;

/// <summary>Why a log's writer does not go on.</summary>
public enum LogStoreFault
{
    /// <summary>Stored bytes contradict each other: damage or an edit from outside.</summary>
    Corrupt,

    /// <summary>A signed checkpoint is ahead of the tree: the folder was restored from an old backup.</summary>
    Behind,

    /// <summary>The tree is not an extension of what was signed last. Signing it would be a fork.</summary>
    Fork,

    /// <summary>The folder holds the log of another name: another key's, or one of another network.</summary>
    Foreign,

    /// <summary>A file operation failed; nothing is appended until the log is opened again, which it is by itself where the disk was full and has room again.</summary>
    Stopped,
}

/// <summary>The log's writer refuses. It never repairs by signing anew; an operator decides.</summary>
public sealed class LogStoreException : IOException
{
    /// <summary>Says which refusal and why.</summary>
    public LogStoreException(LogStoreFault fault, string message, Exception? inner = null)
        : base(message, inner) => Fault = fault;

    /// <summary>Which refusal.</summary>
    public LogStoreFault Fault { get; }

    /// <summary>Whether the cause is a disk without room: the log goes on by itself when there is.</summary>
    public bool IsFull => DiskSpace.IsFull(InnerException);
}
