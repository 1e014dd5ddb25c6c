using Subnet.Crypto.Transparency.Checkpoints;

namespace Subnet.Health.Web.Reviewing;

/// <summary>Records reviews in a log of their own. Each call returns when the entry is durable; if it throws, nothing may be shown.</summary>
internal interface IReviewRecord
{
    /// <summary>A reviewer reads entries [lo, hi) of a log.</summary>
    Task OpenedAsync(string reviewer, Checkpoint reviewed, long lo, long hi);

    /// <summary>A reviewer takes entries [lo, hi) of a log away as a file.</summary>
    Task ExportedAsync(string reviewer, Checkpoint reviewed, long lo, long hi);
}
