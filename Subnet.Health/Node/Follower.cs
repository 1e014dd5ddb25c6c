using System.Text.Json;
using Subnet.Core.Ledger;
using Subnet.Core.State;

namespace Subnet.Health.Node;

/// <summary>Re-executes the blocks of a source in a store of its own, and stops with evidence at the first that does not follow.</summary>
internal sealed class Follower(LedgerHost host, IBlockSource source, string evidenceFolder, TimeSpan retry, TimeProvider time)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Follows until stopped, or until the source's newest block.</summary>
    /// <exception cref="BlockRefusedException">After the evidence was written; see <see cref="EvidencePath"/>.</exception>
    /// <exception cref="LedgerFormatException">The source sent something that is not a block.</exception>
    /// <exception cref="LedgerUnreachableException">The source does not answer, and it was to be followed once only; else it is asked again.</exception>
    public async Task RunAsync(bool once, Action<Block> report, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await FollowAsync(once, report, stop).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (LedgerUnreachableException) when (!once)
            {
                await Task.Delay(retry, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Where the evidence against a block lies.</summary>
    public string EvidencePath(ulong height) => Path.Combine(evidenceFolder, $"refused-{height}.json");

    private Task FollowAsync(bool once, Action<Block> report, CancellationToken stop) =>
        LedgerReplica.FollowAsync(
            source,
            host.Height + 1,
            !once,
            async blocks =>
            {
                await host.UseAsync((engine, _) => Accept(engine, blocks), stop).ConfigureAwait(false);
                foreach (Block block in blocks)
                {
                    report(block);
                }
            },
            stop);

    private bool Accept(LedgerEngine engine, IReadOnlyList<Block> batch)
    {
        try
        {
            engine.Accept(batch);
            return true;
        }
        catch (BlockRefusedException e)
        {
            Directory.CreateDirectory(evidenceFolder);
            File.WriteAllBytes(EvidencePath(e.Evidence.Height), JsonSerializer.SerializeToUtf8Bytes(
                new
                {
                    format = "subnet/block-refusal/1",
                    height = e.Evidence.Height,
                    reason = e.Evidence.Reason,
                    signed_header = Convert.ToHexStringLower(e.Evidence.SignedHeader.Span),
                    previous = Text(e.Evidence.Previous),
                    previous_state = Text(e.Evidence.PreviousState),
                    claimed_state = Text(e.Evidence.ClaimedState),
                    computed_state = Text(e.Evidence.ComputedState),
                    claimed_receipts = Text(e.Evidence.ClaimedReceipts),
                    computed_receipts = Text(e.Evidence.ComputedReceipts),
                    changes = e.Evidence.Changes,
                },
                Indented));
            throw;
        }
    }

    private static string Text(Hash256 hash) => hash.ToString();
}
