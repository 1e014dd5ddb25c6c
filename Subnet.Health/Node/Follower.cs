using System.Text.Json;
using Subnet.Core.Ledger;
using Subnet.Core.State;

namespace Subnet.Health.Node;

/// <summary>Re-executes the blocks of another store, and stops with evidence at the first that does not follow.</summary>
internal sealed class Follower(LedgerEngine engine, ILedgerStore source, string evidenceFolder, TimeProvider time)
{
    private const ulong BatchSize = 256;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Follows until stopped, or until the source's newest block.</summary>
    /// <exception cref="BlockRefusedException">After the evidence was written; see <see cref="EvidencePath"/>.</exception>
    public async Task RunAsync(bool once, TimeSpan interval, Action<Block> report, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            ulong target = source.Height;
            while (engine.Height < target)
            {
                stop.ThrowIfCancellationRequested();
                List<Block> batch = [];
                for (ulong height = engine.Height + 1; height <= target && (ulong)batch.Count < BatchSize; height++)
                {
                    batch.Add(Block.Decode(source.ReadBlock(height)!.Block.Span));
                }

                Accept(batch);
                batch.ForEach(report);
            }

            if (once)
            {
                return;
            }

            try
            {
                await Task.Delay(interval, time, stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Where the evidence against a block lies.</summary>
    public string EvidencePath(ulong height) => Path.Combine(evidenceFolder, $"refused-{height}.json");

    private void Accept(List<Block> batch)
    {
        try
        {
            engine.Accept(batch);
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
