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

    /// <summary>The entries in order; may be read several times.</summary>
    /// <exception cref="UnsoundLogException">An entry is not what the tree holds.</exception>
    IEnumerable<LoggedEntry> Entries();
}
