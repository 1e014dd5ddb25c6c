namespace Subnet.Health.Cli;

/// <summary>What the process ends with. Scripts depend on these numbers; each has a test.</summary>
internal enum ExitCode
{
    /// <summary>Done; a verification passed.</summary>
    Done = 0,

    /// <summary>The answer is no: a proof does not verify, a prediction differs, a peer or the ledger refused.</summary>
    No = 1,

    /// <summary>Wrong arguments or settings, or a confirmation is missing.</summary>
    Usage = 2,

    /// <summary>Could not: a file is missing or malformed, no permission, disk full, no connection, timeout.</summary>
    CouldNot = 3,

    /// <summary>A bug in the program.</summary>
    Bug = 70,

    /// <summary>Stopped by Ctrl-C before it was done.</summary>
    Interrupted = 130,

    /// <summary>Stopped by SIGTERM before it was done.</summary>
    Terminated = 143,
}
