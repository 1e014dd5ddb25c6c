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
/// was sent and not answered goes again as the same bytes with the same token, also after a restart. Safe for concurrent use.
/// </summary>
internal sealed class SendingStep(ValidatorParts parts) : IDisposable
{
    private const int Retries = 1;

    private readonly MinerClient client = new(parts.Settings.QueryTimeout, Retries, parts.Time);
    private readonly ConcurrentDictionary<long, bool> underWay = [];
    private readonly SemaphoreSlim uploading = new(1, 1);

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
    public void Dispose() => uploading.Dispose();

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
            ParallelOptions options = new() { MaxDegreeOfParallelism = parts.Settings.Parallel, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(due, options, async (item, stop) =>
            {
                if (served.FirstOrDefault(model => model.Card.Hash.SequenceEqual(item.Challenge.Card)) is { } model)
                {
                    TimeSpan left = item.At - parts.Time.GetElapsedTime(begun);
                    if (left > TimeSpan.Zero)
                    {
                        await Task.Delay(left, parts.Time, stop).ConfigureAwait(false);
                    }

                    await SendAsync(item.Challenge, model, stop).ConfigureAwait(false);
                }
            }).ConfigureAwait(false);
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

    private async Task SendAsync(Challenge challenge, ServedCard model, CancellationToken cancellationToken)
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
        if (audited is AuditedForest forest && !await BringKeysAsync(challenge, model, forest, cancellationToken).ConfigureAwait(false))
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
    private async Task<bool> BringKeysAsync(Challenge challenge, ServedCard model, AuditedForest forest, CancellationToken cancellationToken)
    {
        using ForestReader keys = forest.Open(challenge.Keys);
        forest.DigestOf(challenge.Keys, keys);

        // Two queries of one bundle may be due at once; the second finds it there.
        await uploading.WaitAsync(cancellationToken).ConfigureAwait(false);
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
            uploading.Release();
        }

        return false;
    }

    private void NotAnswered(Challenge challenge, string reason, string detail)
    {
        parts.Store.PutReason(challenge.Id, reason);
        ValidatorLog.NotAnswered(parts.Logger, challenge.Netuid, Ss58Address.Encode(challenge.Miner), detail);
    }
}
