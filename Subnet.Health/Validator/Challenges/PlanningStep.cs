using Google.Protobuf;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Proofs;
using Subnet.Health.Audits;
using Subnet.Health.Circuits;
using Subnet.Health.Models.Rows;
using Subnet.Health.Node;
using Subnet.Health.Review.Entries;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.ValidationV1;
using Subnet.Health.Validator.Store;
using Subnet.Health.Validator.Verdicts;

namespace Subnet.Health.Validator.Challenges;

/// <summary>
/// Before an epoch: draws its queries, logs the root of the plan, and announces it to the other validators. After that nothing about the audits can be chosen any more.
/// </summary>
internal sealed class PlanningStep(ValidatorParts parts)
{
    private static readonly TimeSpan AnnouncePatience = TimeSpan.FromSeconds(5);

    private readonly ChallengePlanner planner = new(parts.Settings.Budget, parts.Random);
    private readonly HashSet<(ushort Netuid, ulong Epoch, string Validator)> announced = [];

    /// <summary>Plans the next epoch if it is time and not done, and announces the plan to those who do not know it yet.</summary>
    public async Task RunAsync(EpochClock clock, CancellationToken cancellationToken)
    {
        ulong epoch = clock.Epoch + 1;
        if (!clock.IsTimeToPlan)
        {
            return;
        }

        StoredPlan? plan = parts.Store.FindPlan(clock.Netuid, epoch) ?? await PlanAsync(clock.Netuid, epoch, cancellationToken).ConfigureAwait(false);
        if (plan is not null)
        {
            await AnnounceAsync(plan, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<StoredPlan?> PlanAsync(ushort netuid, ulong epoch, CancellationToken cancellationToken)
    {
        if (parts.Settings.MostPlans is { } most && parts.Store.CountPlans(netuid) >= most)
        {
            return null;
        }

        IReadOnlyList<ServedCard> served = await parts.Miners.ListAsync(netuid, cancellationToken).ConfigureAwait(false);
        LabelledRows? labelled = parts.Labelled.GetValueOrDefault(netuid);
        List<Challenge> challenges = [];
        foreach (ServedCard model in served)
        {
            challenges.AddRange(PlanMiner(netuid, epoch, model, labelled).Select(challenge => challenge with { Leaf = LeafOf(challenge, model.Card) }));
        }

        if (challenges.Count == 0)
        {
            return null;
        }

        byte[] root = AuditPlan.Root(challenges.Where(IsInPlan).Select(challenge => challenge.Leaf));
        byte[] statement = AuditStatements.Plan(netuid, epoch, parts.PublicKey, root);
        StoredPlan plan = new(netuid, epoch, root, DomainSignature.Sign(parts.Hotkey, AuditStatements.PlanDomain, statement), IsClosed: false);
        await parts.Recorder.RecordAsync(
            ScoreEntries.TypeName, ScoreEntries.Plan(statement, new StatementSignature(parts.PublicKey.ToArray(), plan.Signature))).ConfigureAwait(false);
        parts.Store.AddPlan(plan, challenges);
        ValidatorLog.Planned(parts.Logger, netuid, epoch, challenges.Count, served.Count);
        return plan;
    }

    private IReadOnlyList<Challenge> PlanMiner(ushort netuid, ulong epoch, ServedCard model, LabelledRows? labelled)
    {
        IReadOnlyList<Challenge> before = parts.Store.ChallengesOf(netuid, model.Card.Hash.ToArray());
        ChallengeHistory history = new(
            [.. before.Where(challenge => challenge.Kind != ChallengeKind.Labelled).SelectMany(challenge => challenge.Rows).DistinctBy(row => string.Join(' ', row))],
            before.Where(challenge => challenge.Kind == ChallengeKind.Labelled).SelectMany(challenge => challenge.Labels).ToHashSet());
        try
        {
            return planner.Plan(netuid, epoch, model.Neuron.Hotkey.ToArray(), model.Card, labelled, history);
        }
        catch (Exception e) when (e is CircuitException or RowFormatException)
        {
            // The validator's rows lack a column of this card, or its ranges admit nothing: it cannot be examined here.
            ValidatorLog.CardUnavailable(parts.Logger, model.Model.Card, model.Endpoint, e.Message);
            return [];
        }
    }

    private static bool IsInPlan(Challenge challenge) => challenge.Kind != ChallengeKind.Labelled;

    private static byte[] LeafOf(Challenge challenge, CardClient card) => IsInPlan(challenge) ? Leaf(challenge, card) : [];

    /// <summary>The leaf of one audit.</summary>
    public static byte[] Leaf(Challenge challenge, CardClient card) =>
        AuditFiles.ModelOf(card.Card).Plan(challenge.Master, challenge.Keys, challenge.Rows).Leaf(challenge.Miner);

    private async Task AnnounceAsync(StoredPlan plan, CancellationToken cancellationToken)
    {
        if (await parts.Ledger.GetMetagraphAsync(plan.Netuid, cancellationToken).ConfigureAwait(false) is not { } metagraph)
        {
            return;
        }

        // Who serves a model does not judge (see CoValidators), and needs no plan of an examination.
        IReadOnlyList<ModelView> models = await parts.Ledger.GetModelsAsync(plan.Netuid, withRetired: true, cancellationToken).ConfigureAwait(false);
        HashSet<Core.State.AccountId> miners = [.. models.Select(model => model.Registration.Hotkey)];
        PlanNotice notice = new()
        {
            Netuid = plan.Netuid,
            Epoch = plan.Epoch,
            Validator = ByteString.CopyFrom(parts.PublicKey),
            Root = ByteString.CopyFrom(plan.Root),
            Signature = ByteString.CopyFrom(plan.Signature),
        };
        foreach (NeuronView other in metagraph.Neurons.Where(neuron => neuron.Outcome.ValidatorPermit && !miners.Contains(neuron.Hotkey) && !neuron.Hotkey.ToArray().AsSpan().SequenceEqual(parts.PublicKey)))
        {
            string name = Ss58Address.Encode(other.Hotkey.ToArray());
            if (other.Endpoint is null || !Uri.TryCreate(other.Endpoint, UriKind.Absolute, out Uri? endpoint) || announced.Contains((plan.Netuid, plan.Epoch, name)))
            {
                continue;
            }

            try
            {
                using GrpcChannel channel = parts.Channels.Open(endpoint, oneCall: false);
                await channel.UnaryAsync(ValidationMethods.Announce, notice, GrpcCallOptions.None with { Timeout = AnnouncePatience }, cancellationToken)
                    .ConfigureAwait(false);
                announced.Add((plan.Netuid, plan.Epoch, name));
            }
            catch (GrpcException e)
            {
                ValidatorLog.NotAnnounced(parts.Logger, plan.Netuid, plan.Epoch, name, e.Message);
            }
        }
    }
}
