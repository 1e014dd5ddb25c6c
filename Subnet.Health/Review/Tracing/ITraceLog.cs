using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Health.Review.Queries;

namespace Subnet.Health.Review.Tracing;

/// <summary>A log or bundle whose checkpoint was accepted; every entry it gives was shown to be under that checkpoint.</summary>
internal interface ITraceLog
{
    /// <summary>The checkpoint that entries are held against.</summary>
    Checkpoint Checkpoint { get; }

    /// <summary>Names of the trusted witnesses that cosigned it.</summary>
    IReadOnlyList<string> Witnesses { get; }

    /// <summary>Whether entries are withheld or outside: then the absence of one shows nothing.</summary>
    bool IsPartial { get; }

    /// <summary>
    /// Whether the log's first entries have a root: false where they have another, or where its tiles do not show that they have it; null where this cannot be seen,
    /// in a bundle, and beyond the checkpoint.
    /// </summary>
    /// <param name="size">How many entries, from 0.</param>
    /// <param name="root">Their root as somebody else has it, 64 hexadecimal digits.</param>
    bool? BeginsWith(long size, string root);

    /// <summary>The entries in order; may be read several times.</summary>
    /// <exception cref="UnsoundLogException">An entry is not what the tree holds.</exception>
    IEnumerable<LoggedEntry> Entries();
}
