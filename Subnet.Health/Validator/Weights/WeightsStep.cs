using System.Buffers.Binary;
using Subnet.Core.Consensus;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Health.Node;
using Subnet.Health.Review.Entries;
using Subnet.Health.Validator.Store;

namespace Subnet.Health.Validator.Weights;

/// <summary>
/// Commit and reveal: a row is stored with its salt before its commit is handed over, and how far it got is read from the ledger, not from memory, so that a restart at
/// any point loses nothing and does nothing twice.
/// </summary>
internal sealed class WeightsStep(ValidatorParts parts, IWeightPolicy policy)
{
    private const int SaltWords = 16;

    private readonly ILedgerSigner key = new LedgerKey(parts.Hotkey);
    private readonly List<(StoredWeights Row, bool IsReveal, ulong Height, Task<CallOutcome> Call)> underWay = [];

    /// <summary>Whether a call waits for its block. The calls of one signer go one after the other, so there is never more than one.</summary>
    public bool IsWaiting => underWay.Count > 0;

    /// <summary>Takes in what became of the call that the newest block should hold, and of any other that is done.</summary>
    public async Task SettleAsync(ulong height)
    {
        bool first = true;
        foreach ((StoredWeights row, bool isReveal, ulong from, Task<CallOutcome> call) in underWay.ToArray())
        {
            if (!call.IsCompleted && !(first && from < height))
            {
                continue;
            }

            first = false;
            CallOutcome outcome;
            try
            {
                outcome = await call.ConfigureAwait(false);
            }
            catch (LedgerUnreachableException e)
            {
                // Whether it was done is read from the ledger when that answers again.
                ValidatorLog.WeightsExpired(parts.Logger, row.Netuid, row.Epoch, e.Message);
                continue;
            }
            finally
            {
                underWay.RemoveAll(entry => entry.Call == call);
            }

            if (!outcome.IsAccepted)
            {
                parts.Metrics.Expired(row.Netuid);
                ValidatorLog.WeightsExpired(parts.Logger, row.Netuid, row.Epoch, outcome.Reason.Describe().Code);
            }
            else if (isReveal)
            {
                parts.Store.MarkWeights(row.Netuid, row.Epoch, WeightsState.Revealed);
                parts.Metrics.Revealed(row.Netuid);
                ValidatorLog.Revealed(parts.Logger, row.Netuid, row.Epoch);
            }
            else
            {
                parts.Metrics.Committed(row.Netuid);
                ValidatorLog.Committed(parts.Logger, row.Netuid, row.Epoch);
            }
        }
    }

    /// <summary>Decides the row of the current epoch, once, while a block of the epoch is left for its commit.</summary>
    public async Task DecideAsync(EpochClock clock, CancellationToken cancellationToken)
    {
        if (IsLastBlock(clock) || parts.Store.FindWeights(clock.Netuid, clock.Epoch) is not null
            || await parts.Ledger.GetMetagraphAsync(clock.Netuid, cancellationToken).ConfigureAwait(false) is not { } metagraph
            || await policy.ChooseAsync(clock, metagraph, cancellationToken).ConfigureAwait(false) is not { } row)
        {
            return;
        }

        if (parts.Settings.Shadow)
        {
            ValidatorLog.Shadow(parts.Logger, clock.Netuid, clock.Epoch, ShadowDifference.Of(row, metagraph).Distance);
            return;
        }

        ushort[] salt = new ushort[SaltWords];
        Span<byte> drawn = stackalloc byte[SaltWords * sizeof(ushort)];
        parts.Random.Fill(drawn);
        for (int i = 0; i < salt.Length; i++)
        {
            salt[i] = BinaryPrimitives.ReadUInt16LittleEndian(drawn[(i * sizeof(ushort))..]);
        }

        Hash256 digest = new(CommitHash.Compute(parts.PublicKey, clock.Netuid, row.Uids, row.Shares, salt, parts.Settings.WeightsVersion));
        await RecordScoresAsync(clock.Netuid, metagraph, row).ConfigureAwait(false);
        await ValidatorEntries.RecordAsync(parts.Recorder, ValidatorEntries.Weights, "validator", parts.PublicKey, clock.Epoch, digest.ToArray()).ConfigureAwait(false);
        parts.Store.AddWeights(new StoredWeights(clock.Netuid, clock.Epoch, row.Uids, row.Shares, salt, digest, WeightsState.Decided));
    }

    /// <summary>Writes down what each miner's score became, so that a reviewer can follow it to the ledger.</summary>
    private async Task RecordScoresAsync(ushort netuid, Metagraph metagraph, WeightRow row)
    {
        foreach (StoredScore score in parts.Store.Scores(netuid))
        {
            int column = metagraph.Find(new AccountId(score.Miner)) is { } neuron ? Array.IndexOf(row.Uids, neuron.Uid) : -1;
            await parts.Recorder.RecordAsync(
                ScoreEntries.TypeName,
                ScoreEntries.Score(
                    Ss58Address.Encode(score.Miner), netuid, checked((long)score.Epoch), Convert.ToHexStringLower(score.Card),
                    score.Score.Value, column < 0 ? 0 : row.Shares[column], verdict: null)).ConfigureAwait(false);
        }
    }

    /// <summary>Hands over the commit or the reveal that is due.</summary>
    public async Task SubmitAsync(EpochClock clock, CancellationToken cancellationToken)
    {
        if (IsLastBlock(clock))
        {
            return;
        }

        foreach (StoredWeights row in parts.Store.PendingWeights(clock.Netuid))
        {
            if (underWay.Any(call => call.Row.Netuid == row.Netuid && call.Row.Epoch == row.Epoch))
            {
                continue;
            }

            (ulong? committed, ulong period) = await FindCommitAsync(row, cancellationToken).ConfigureAwait(false);
            if (committed is null && row.Epoch == clock.Epoch)
            {
                HandOver(row, clock.Height, isReveal: false, new CommitWeightsCall(row.Netuid, row.Digest), cancellationToken);
            }
            else if (committed is { } at && at + period == clock.Epoch)
            {
                HandOver(row, clock.Height, isReveal: true, new RevealWeightsCall(row.Netuid, row.Uids, row.Shares, row.Salt, parts.Settings.WeightsVersion), cancellationToken);
            }
            else if (committed is null || committed + period < clock.Epoch)
            {
                parts.Store.MarkWeights(row.Netuid, row.Epoch, WeightsState.Expired);
                parts.Metrics.Expired(row.Netuid);
                ValidatorLog.WeightsExpired(parts.Logger, row.Netuid, row.Epoch, committed is null ? "never committed" : "not revealed in time");
            }
        }
    }

    /// <summary>Whether a call handed over now would count for the wrong epoch: it is in the next block, and that begins one.</summary>
    private static bool IsLastBlock(EpochClock clock) => clock.Offset + 1 >= clock.Tempo;

    private Task<(ulong? Committed, ulong Period)> FindCommitAsync(StoredWeights row, CancellationToken cancellationToken) => parts.Ledger.ReadAsync(
        view => (
            view.State.WeightCommits.Find(new HotkeyKey(row.Netuid, new AccountId(parts.PublicKey)))?.Commits
                .Where(commit => commit.Digest == row.Digest).Select(commit => (ulong?)commit.Epoch).FirstOrDefault(),
            view.State.Hyperparameters[new SubnetKey(row.Netuid)].RevealPeriodEpochs),
        cancellationToken);

    private void HandOver(StoredWeights row, ulong height, bool isReveal, LedgerCall call, CancellationToken cancellationToken) =>
        underWay.Add((row, isReveal, height, parts.Ledger.SubmitAsync(key, call, cancellationToken)));
}
