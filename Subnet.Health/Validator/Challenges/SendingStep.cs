using System.Collections.Concurrent;
using Google.Protobuf;
using Subnet.Crypto.Forests;
using Subnet.Crypto.Identity;
using Subnet.Health.Audits;
using Subnet.Health.Clinic;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Health.Validator.Verdicts;

namespace Subnet.Health.Validator.Challenges;

/// <summary>
/// In the epoch: sends each planned query at its own hidden moment, as a clinic sends its own: with a token bought before, on a connection of its own, and a receipt demanded. What
/// was sent and not answered goes again as the same bytes with the same token, also after a restart. Each miner has places of its own: one that takes a connection and says nothing
/// holds up its own queries and nobody else's. Safe for concurrent use.
/// </summary>
internal sealed class SendingStep(ValidatorParts parts) : IDisposable
{
    private const int Retries = 1;

    private readonly MinerClient client = new(parts.Settings.QueryTimeout, Retries, parts.Time);
    private readonly ConcurrentDictionary<long, bool> underWay = [];
    private readonly ConcurrentDictionary<string, Lane> lanes = new(StringComparer.Ordinal);

    /// <summary>Sends at once what is due at this height; for who drives a validator block by block.</summary>
    public Task RunAsync(EpochClock clock, CancellationToken cancellationToken) => SendAsync(
        clock, challenge => clock.IsDue(ChallengeSchedule.MomentOf(challenge.Master)) ? TimeSpan.Zero : null, cancellationToken);

    /// <summary>Sends what is due before the next block, each at its own moment between the two, so that arrivals show no block boundary.</summary>
    /// <param name="clock">The newest block, just come.</param>
    /// <param name="block">Time between blocks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task RunPacedAsync(EpochClock clock, TimeSpan block, CancellationToken cancellationToken) =>
        SendAsync(clock, challenge => ChallengeSchedule.DelayAt(clock, challenge.Master, block, Draw()), cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Lane lane in lanes.Values)
        {
            lane.Dispose();
        }
    }

    private async Task SendAsync(EpochClock clock, Func<Challenge, TimeSpan?> delayOf, CancellationToken cancellationToken)
    {
        if (parts.Store.FindPlan(clock.Netuid, clock.Epoch) is null)
        {
            return;
        }

        long begun = parts.Time.GetTimestamp();
        (Challenge Challenge, TimeSpan At)[] due = [.. parts.Store.Challenges(clock.Netuid, clock.Epoch)
            .Where(challenge => challenge.State is ChallengeState.Planned or ChallengeState.Sent)
            .Select(challenge => (Challenge: challenge, At: delayOf(challenge)))
            .Where(item => item.At is not null && underWay.TryAdd(item.Challenge.Id, true))
            .Select(item => (item.Challenge, item.At!.Value))
            .OrderBy(item => item.Value)];
        try
        {
            if (due.Length == 0)
            {
                return;
            }

            IReadOnlyList<ServedCard> served = await parts.Miners.ListAsync(clock.Netuid, cancellationToken).ConfigureAwait(false);
            await Task.WhenAll(due.GroupBy(item => Convert.ToHexStringLower(item.Challenge.Miner)).Select(async mine =>
            {
                Lane lane = lanes.GetOrAdd(mine.Key, _ => new Lane(parts.Settings.Parallel));
                await Task.WhenAll(mine.Select(async item =>
                {
                    if (served.FirstOrDefault(model => model.Card.Hash.SequenceEqual(item.Challenge.Card)) is { } model)
                    {
                        TimeSpan left = item.At - parts.Time.GetElapsedTime(begun);
                        if (left > TimeSpan.Zero)
                        {
                            await Task.Delay(left, parts.Time, cancellationToken).ConfigureAwait(false);
                        }

                        await lane.Places.WaitAsync(cancellationToken).ConfigureAwait(false);
                        try
                        {
                            await Task.Run(() => SendAsync(item.Challenge, model, lane, cancellationToken), cancellationToken).ConfigureAwait(false);
                        }
                        finally
                        {
                            lane.Places.Release();
                        }
                    }
                })).ConfigureAwait(false);
            })).ConfigureAwait(false);
        }
        finally
        {
            foreach ((Challenge challenge, _) in due)
            {
                underWay.TryRemove(challenge.Id, out _);
            }
        }
    }

    private double Draw()
    {
        byte[] bytes = new byte[32];
        parts.Random.Fill(bytes);
        return ChallengeSchedule.MomentOf(bytes);
    }

    private async Task SendAsync(Challenge challenge, ServedCard model, Lane lane, CancellationToken cancellationToken)
    {
        IAuditedModel audited = AuditFiles.ModelOf(model.Card.Card);
        IPlannedAudit query = audited.Plan(challenge.Master, challenge.Keys, challenge.Rows);
        byte[]? token = challenge.Token.Length > 0
            ? challenge.Token
            : await parts.Tokens.TakeAsync(challenge.Netuid, challenge.Miner, query.RowClass, cancellationToken).ConfigureAwait(false);
        if (token is null)
        {
            NotAnswered(challenge, UnansweredReason.NoToken, "no token is left for it");
            return;
        }

        parts.Store.MarkSent(challenge.Id, token);
        if (audited is AuditedForest forest && !await BringKeysAsync(challenge, model, forest, lane, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        QueryRequest request = new()
        {
            Query = ByteString.CopyFrom(query.BuildQuery()),
            Event = ByteString.CopyFrom(challenge.Event),
            Token = ByteString.CopyFrom(token),
        };
        long started = parts.Time.GetTimestamp();
        try
        {
            using GrpcChannel channel = parts.Channels.Open(model.Endpoint, oneCall: true);
            QueryOutcome outcome = await client.SendAsync(channel, challenge.Miner, challenge.Card, request, cancellationToken).ConfigureAwait(false);
            if (outcome.Reply is { } reply && outcome.Receipt is { } receipt)
            {
                parts.Store.MarkAnswered(
                    challenge.Id, reply.ToArray(), receipt.ToCanonical(), outcome.ReceiptSignature!.Value.ToArray(), parts.Time.GetElapsedTime(started).TotalMilliseconds);
                return;
            }

            parts.Store.MarkFailed(challenge.Id);
            NotAnswered(challenge, UnansweredReason.Of(outcome), outcome.Fault ?? $"refused ({outcome.Refusal?.Code})");
        }
        catch (GrpcException e)
        {
            // Nothing was decided, or it is unknown whether: the same bytes go again with the next block.
            NotAnswered(challenge, UnansweredReason.Of(e), e.Message);
        }
    }

    /// <summary>Brings the keys of a query as a clinic does, before the miner sees its token.</summary>
    private async Task<bool> BringKeysAsync(Challenge challenge, ServedCard model, AuditedForest forest, Lane lane, CancellationToken cancellationToken)
    {
        using ForestReader keys = forest.Open(challenge.Keys);
        forest.DigestOf(challenge.Keys, keys);

        // Two queries of one bundle may be due at once; the second finds it there.
        await lane.Upload.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using GrpcChannel channel = parts.Channels.Open(model.Endpoint, oneCall: true);
            if (await ForestKeyUpload.BringAsync(channel, model.Card, keys, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }

            parts.Store.MarkFailed(challenge.Id);
            NotAnswered(challenge, UnansweredReason.KeysRetired, "its miner has retired the keys");
        }
        catch (GrpcException e)
        {
            NotAnswered(challenge, UnansweredReason.Of(e), $"the keys were not taken: {e.Message}");
        }
        finally
        {
            lane.Upload.Release();
        }

        return false;
    }

    private void NotAnswered(Challenge challenge, string reason, string detail)
    {
        parts.Store.PutReason(challenge.Id, reason);
        ValidatorLog.NotAnswered(parts.Logger, challenge.Netuid, Ss58Address.Encode(challenge.Miner), detail);
    }

    /// <summary>What the queries to one miner share.</summary>
    /// <param name="parallel">Queries that are under way at a time.</param>
    private sealed class Lane(int parallel) : IDisposable
    {
        /// <summary>Places for queries.</summary>
        public SemaphoreSlim Places { get; } = new(parallel, parallel);

        /// <summary>Held while a bundle of keys is brought.</summary>
        public SemaphoreSlim Upload { get; } = new(1, 1);

        /// <inheritdoc/>
        public void Dispose()
        {
            Places.Dispose();
            Upload.Dispose();
        }
    }
}
