using Google.Protobuf;
using Subnet.Crypto.Identity;
using Subnet.Health.Audits;
using Subnet.Health.Clinic;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Health.Validator.Verdicts;

namespace Subnet.Health.Validator.Challenges;

/// <summary>
/// In the epoch: sends the planned queries, spread over it, as a clinic sends its own: with a token bought before, on a connection of its own, and a receipt demanded. What
/// was sent and not answered goes again as the same bytes with the same token, also after a restart.
/// </summary>
internal sealed class SendingStep(ValidatorParts parts)
{
    private const int Retries = 1;

    private readonly MinerClient client = new(parts.Settings.QueryTimeout, Retries, parts.Time);

    /// <summary>Sends what is due at this height.</summary>
    public async Task RunAsync(EpochClock clock, CancellationToken cancellationToken)
    {
        if (parts.Store.FindPlan(clock.Netuid, clock.Epoch) is null)
        {
            return;
        }

        IReadOnlyList<Challenge> planned = parts.Store.Challenges(clock.Netuid, clock.Epoch);
        Challenge[] due = [.. planned.Take(clock.Due(planned.Count)).Where(challenge => challenge.State is ChallengeState.Planned or ChallengeState.Sent)];
        if (due.Length == 0)
        {
            return;
        }

        IReadOnlyList<ServedCard> served = await parts.Miners.ListAsync(clock.Netuid, cancellationToken).ConfigureAwait(false);
        ParallelOptions options = new() { MaxDegreeOfParallelism = parts.Settings.Parallel, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(due, options, async (challenge, stop) =>
        {
            if (served.FirstOrDefault(model => model.Card.Hash.SequenceEqual(challenge.Card)) is { } model)
            {
                await SendAsync(challenge, model, stop).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
    }

    private async Task SendAsync(Challenge challenge, ServedCard model, CancellationToken cancellationToken)
    {
        PlannedAudit query = new(AuditFiles.ModelOf(model.Card.Card), challenge.Master, challenge.Rows);
        byte[]? token = challenge.Token.Length > 0
            ? challenge.Token
            : await parts.Tokens.TakeAsync(challenge.Netuid, challenge.Miner, query.Layout.Rows, cancellationToken).ConfigureAwait(false);
        if (token is null)
        {
            NotAnswered(challenge, "no token is left for it");
            return;
        }

        parts.Store.MarkSent(challenge.Id, token);
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
            NotAnswered(challenge, outcome.Fault ?? $"refused ({outcome.Refusal?.Code})");
        }
        catch (GrpcException e)
        {
            // Nothing was decided, or it is unknown whether: the same bytes go again with the next block.
            NotAnswered(challenge, e.Message);
        }
    }

    private void NotAnswered(Challenge challenge, string reason) =>
        ValidatorLog.NotAnswered(parts.Logger, challenge.Netuid, Ss58Address.Encode(challenge.Miner), reason);
}
