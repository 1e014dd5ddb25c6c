using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Health.Node;
using Subnet.Health.Review.Logs;
using Subnet.Health.Review.Queries;
using Subnet.Health.Review.Sources;
using Subnet.Health.Review.Tracing;

namespace Subnet.Health.Network.Demo;

/// <summary>Follows one query of a clinic as <c>subnet audit trace</c> does: from the logs' files and the ledger, asking no party.</summary>
internal static class DemoTrace
{
    /// <summary>Traces a query.</summary>
    /// <param name="home">The demonstration's folder.</param>
    /// <param name="logs">Folder and name of every log.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="name">The query's event.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UnsoundLogException">A log does not hold what its checkpoint signs.</exception>
    public static async Task<QueryTrace> FollowAsync(
        string home, IEnumerable<(string Folder, string Origin)> logs, ILedgerClient ledger, string name, CancellationToken cancellationToken)
    {
        ITraceLog[] opened = [.. logs.Select(log => new WholeTraceLog(VerifiedLog.Open(new FolderLogSource(log.Folder), log.Origin, PolicyOf(log.Origin))))];
        CardFinder cards = new([Path.Combine(home, "clinic"), Path.Combine(home, "miner")]);
        TraceSources sources = new(opened, await LedgerTrace.OfAsync(ledger, cancellationToken).ConfigureAwait(false), cards.Find);
        return await new QueryTracer(sources).TraceAsync(name, cancellationToken).ConfigureAwait(false);
    }

    private static TrustPolicy PolicyOf(string origin) => TrustPolicy.Threshold(
        [LogName.KeyOf(origin) ?? throw new ArgumentException($"'{origin}' names no key", nameof(origin))], [], 0);
}
