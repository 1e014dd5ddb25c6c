using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Health.Audits;
using Subnet.Health.Node;
using Subnet.Health.Review.Entries;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Health.Rpc.ValidationV1;
using Subnet.Health.Validator.Challenges;
using Subnet.Health.Validator.Store;
using AuditFileMessage = Subnet.Health.Rpc.ValidationV1.AuditFile;
using LinearProofMessage = Subnet.Health.Rpc.InferenceV1.LinearProof;

namespace Subnet.Health.Validator.Verdicts;

/// <summary>
/// After the epoch: opens every audit to its miner, takes the proof, judges, and has two co-validators sign. A verdict without both signatures counts for nothing, and the
/// miner is not harmed by it.
/// </summary>
internal sealed class JudgingStep(ValidatorParts parts)
{
    /// <summary>Bytes of a signer and its signature.</summary>
    public const int SignerBytes = 32 + DomainSignature.ByteCount;

    /// <summary>Judges the plans of past epochs.</summary>
    /// <returns>The epochs that were judged now.</returns>
    public async Task<IReadOnlyList<ulong>> RunAsync(EpochClock clock, CancellationToken cancellationToken)
    {
        List<ulong> judged = [];
        foreach (StoredPlan plan in parts.Store.OpenPlans(clock.Netuid, clock.Epoch))
        {
            // Co-validators are drawn by the block after the epoch and sign only in the epoch that follows.
            if (plan.Epoch + 1 == clock.Epoch)
            {
                await JudgeAsync(clock, plan, cancellationToken).ConfigureAwait(false);
                judged.Add(plan.Epoch);
            }

            parts.Metrics.Closed(plan.Netuid, parts.Store.Challenges(plan.Netuid, plan.Epoch));
            parts.Store.ClosePlan(plan.Netuid, plan.Epoch);
        }

        return judged;
    }

    private async Task JudgeAsync(EpochClock clock, StoredPlan plan, CancellationToken cancellationToken)
    {
        IReadOnlyList<ServedCard> served = await parts.Miners.ListAsync(plan.Netuid, cancellationToken).ConfigureAwait(false);
        Challenge[] audits = [.. parts.Store.Challenges(plan.Netuid, plan.Epoch).Where(challenge => challenge.Kind != ChallengeKind.Labelled)];
        List<(string Key, byte[] Leaf)> leaves = [];
        foreach (Challenge audit in audits)
        {
            if (served.FirstOrDefault(model => model.Card.Hash.SequenceEqual(audit.Card)) is { } model)
            {
                leaves.Add((KeyOf(audit), PlanningStep.Leaf(audit, model.Card)));
            }
        }

        HashSet<string> done = [.. parts.Store.Verdicts(plan.Netuid).Where(verdict => verdict.Epoch == plan.Epoch).Select(verdict => Key(verdict.Miner, verdict.Card))];
        foreach (IGrouping<string, Challenge> group in audits.GroupBy(KeyOf))
        {
            if (!done.Contains(group.Key) && served.FirstOrDefault(model => model.Card.Hash.SequenceEqual(group.First().Card)) is { } model)
            {
                await JudgeMinerAsync(clock, plan, [.. group], model, leaves.Where(leaf => leaf.Key != group.Key).Select(leaf => leaf.Leaf), cancellationToken)
                    .ConfigureAwait(false);
            }
        }
    }

    private async Task JudgeMinerAsync(
        EpochClock clock, StoredPlan plan, IReadOnlyList<Challenge> audits, ServedCard model, IEnumerable<byte[]> otherLeaves, CancellationToken cancellationToken)
    {
        AuditOpen open = AuditFiles.Open(parts.Hotkey, plan, audits, otherLeaves);
        AuditFileMessage file = AuditFiles.Create(
            open, audits, model.Card.IsUnderKeys ? Earlier(plan, audits) : [], await AskForProofAsync(open, model, cancellationToken).ConfigureAwait(false));
        IAuditedModel audited = AuditFiles.ModelOf(model.Card.Card);
        AuditVerdict verdict = await Task.Run(() => AuditFiles.Judge(file, audited, parts.Generators.For), cancellationToken).ConfigureAwait(false);
        byte[] statement = verdict.ToStatement();
        List<byte> signatures = [.. parts.PublicKey, .. DomainSignature.Sign(parts.Hotkey, AuditReview.Domain, statement)];
        foreach ((AccountId signer, byte[] signature) in await CollectAsync(clock, file, model.Neuron.Hotkey, statement, cancellationToken).ConfigureAwait(false))
        {
            signatures.AddRange(signer.ToArray());
            signatures.AddRange(signature);
        }

        await parts.Recorder.RecordAsync(
            ScoreEntries.TypeName, ScoreEntries.Verdict(Ss58Address.Encode(audits[0].Miner), statement, StoredVerdictSignatures.Read([.. signatures]))).ConfigureAwait(false);
        parts.Store.PutVerdict(new StoredVerdict(
            plan.Netuid, plan.Epoch, audits[0].Miner, audits[0].Card, statement, verdict.Passes, verdict.Code, [.. signatures], verdict.FormHash.ToArray()));
        parts.Metrics.Judged(plan.Netuid, verdict.Passes, verdict.Code);
        ValidatorLog.Judged(parts.Logger, plan.Netuid, plan.Epoch, Ss58Address.Encode(audits[0].Miner), verdict.Code, signatures.Count / SignerBytes);
    }

    /// <summary>What was answered in epochs before to rows that were answered again in this one, the newest answer to each row.</summary>
    private Challenge[] Earlier(StoredPlan plan, IReadOnlyList<Challenge> audits)
    {
        HashSet<string> rows = [.. audits.Where(audit => audit.State == ChallengeState.Answered).SelectMany(audit => audit.Rows).Select(row => string.Join(' ', row))];
        return
        [
            .. parts.Store.ChallengesOf(plan.Netuid, audits[0].Card)
                .Where(audit => audit is { State: ChallengeState.Answered, Rows.Length: 1 } && audit.Kind != ChallengeKind.Labelled && audit.Epoch < plan.Epoch
                    && audit.Miner.AsSpan().SequenceEqual(audits[0].Miner) && rows.Contains(string.Join(' ', audit.Rows[0])))
                .GroupBy(audit => string.Join(' ', audit.Rows[0]), StringComparer.Ordinal)
                .Select(same => same.MaxBy(audit => audit.Id)!)
                .Take(audits.Count),
        ];
    }

    /// <summary>The miner's proof; null where it refuses, is late, or sends what it did not sign.</summary>
    private async Task<LinearProofMessage?> AskForProofAsync(AuditOpen open, ServedCard model, CancellationToken cancellationToken)
    {
        string miner = Ss58Address.Encode(open.Miner.Span);
        try
        {
            using GrpcChannel channel = parts.Channels.Open(model.Endpoint, oneCall: false);
            ProveReply reply = await channel.UnaryAsync(
                InferenceMethods.Prove, open, GrpcCallOptions.None with { Timeout = parts.Settings.ProofTimeout }, cancellationToken).ConfigureAwait(false);
            if (reply.OutcomeCase != ProveReply.OutcomeOneofCase.Proof)
            {
                ValidatorLog.NotAnswered(parts.Logger, (ushort)open.Netuid, miner, $"no proof ({reply.Refusal})");
                return null;
            }

            byte[] statement = AuditStatements.Proof(
                (ushort)open.Netuid, open.Epoch, open.Validator.Span, open.Miner.Span, open.Card.Span, reply.Proof);
            return DomainSignature.Verify(open.Miner.Span, AuditStatements.ProofDomain, statement, reply.Proof.Signature.Span) ? reply.Proof : null;
        }
        catch (GrpcException e)
        {
            ValidatorLog.NotAnswered(parts.Logger, (ushort)open.Netuid, miner, $"no proof: {e.Message}");
            return null;
        }
    }

    private async Task<IReadOnlyList<(AccountId Signer, byte[] Signature)>> CollectAsync(
        EpochClock clock, AuditFileMessage file, AccountId miner, byte[] statement, CancellationToken cancellationToken)
    {
        Metagraph metagraph = (await parts.Ledger.GetMetagraphAsync(clock.Netuid, cancellationToken).ConfigureAwait(false))!;
        List<(AccountId, byte[])> signatures = [];
        foreach (AccountId drawn in await CoValidators.DrawAsync(
            parts.Ledger, clock, metagraph, new AccountId(parts.PublicKey), miner, cancellationToken).ConfigureAwait(false))
        {
            string name = Ss58Address.Encode(drawn.ToArray());
            try
            {
                using GrpcChannel channel = parts.Channels.Open(new Uri(metagraph.Find(drawn)!.Endpoint!), oneCall: false);
                ReviewReply reply = await channel.UnaryAsync(
                    ValidationMethods.Review, file, GrpcCallOptions.None with { Timeout = parts.Settings.ProofTimeout }, cancellationToken).ConfigureAwait(false);
                if (!reply.Statement.Span.SequenceEqual(statement))
                {
                    ValidatorLog.CoValidatorDiffers(parts.Logger, clock.Netuid, name, Ss58Address.Encode(miner.ToArray()));
                }
                else if (DomainSignature.Verify(drawn.ToArray(), AuditReview.Domain, statement, reply.Signature.Span))
                {
                    signatures.Add((drawn, reply.Signature.ToByteArray()));
                }
            }
            catch (GrpcException e)
            {
                ValidatorLog.CoValidatorSilent(parts.Logger, clock.Netuid, name, Ss58Address.Encode(miner.ToArray()), e.Message);
            }
        }

        return signatures;
    }

    private static string KeyOf(Challenge challenge) => Key(challenge.Miner, challenge.Card);

    private static string Key(byte[] miner, byte[] card) => Convert.ToHexStringLower(miner) + Convert.ToHexStringLower(card);
}
