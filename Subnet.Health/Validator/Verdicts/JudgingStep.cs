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
/// miner is not harmed by it. A miner that does not answer is asked again, with pauses, until the time allowed for its proof has passed; the others are judged meanwhile.
/// </summary>
internal sealed class JudgingStep(ValidatorParts parts)
{
    /// <summary>Bytes of a signer and its signature.</summary>
    public const int SignerBytes = 32 + DomainSignature.ByteCount;

    private readonly ProofSchedule schedule = new(TimeSpan.FromMilliseconds(Math.Max(1, parts.Ledger.Identity.BlockTimeMs)), parts.Settings);

    // Only for the pauses. After a restart a miner is asked at once: what was judged is in the store, and when to stop follows from the height.
    private readonly Dictionary<string, (int Asked, ulong Next)> waiting = new(StringComparer.Ordinal);

    /// <summary>Judges the plans of past epochs.</summary>
    /// <returns>The epochs of which something was judged, now or before a restart.</returns>
    public async Task<IReadOnlyList<ulong>> RunAsync(EpochClock clock, CancellationToken cancellationToken)
    {
        List<ulong> judged = [];
        foreach (StoredPlan plan in parts.Store.OpenPlans(clock.Netuid, clock.Epoch))
        {
            // Co-validators are drawn by the block after the epoch and sign only in the epoch that follows.
            if (plan.Epoch + 1 == clock.Epoch)
            {
                bool? isOver = await JudgeAsync(clock, plan, cancellationToken).ConfigureAwait(false);
                if (isOver is not null)
                {
                    judged.Add(plan.Epoch);
                }

                if (isOver is not true)
                {
                    continue;
                }
            }

            parts.Metrics.Closed(plan.Netuid, parts.Store.Challenges(plan.Netuid, plan.Epoch));
            parts.Store.ClosePlan(plan.Netuid, plan.Epoch);
            string prefix = PlanKey(plan);
            foreach (string key in waiting.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).ToArray())
            {
                waiting.Remove(key);
            }
        }

        return judged;
    }

    /// <summary>Judges whom it can, and asks those again whose pause is over.</summary>
    /// <returns>Whether nobody of the plan is waited for any more; null where all that are have their pause.</returns>
    private async Task<bool?> JudgeAsync(EpochClock clock, StoredPlan plan, CancellationToken cancellationToken)
    {
        bool isLast = clock.Offset >= schedule.LastOffset(clock);
        HashSet<string> done = [.. parts.Store.Verdicts(plan.Netuid).Where(verdict => verdict.Epoch == plan.Epoch).Select(verdict => Key(verdict.Miner, verdict.Card))];
        Challenge[] audits = [.. parts.Store.Challenges(plan.Netuid, plan.Epoch).Where(challenge => challenge.Kind != ChallengeKind.Labelled)];
        IGrouping<string, Challenge>[] open = [.. audits.GroupBy(KeyOf).Where(group => !done.Contains(group.Key))];
        IGrouping<string, Challenge>[] due = [.. open.Where(group => isLast || !waiting.TryGetValue(PlanKey(plan) + group.Key, out (int, ulong Next) wait) || wait.Next <= clock.Offset)];
        if (due.Length == 0)
        {
            return open.Length == 0 ? true : null;
        }

        IReadOnlyList<ServedCard> served = await parts.Miners.ListAsync(plan.Netuid, audits.Select(audit => audit.Card), cancellationToken).ConfigureAwait(false);
        List<(string Key, byte[] Leaf)> leaves = [];
        foreach (Challenge audit in audits)
        {
            // What was committed to is in the store, whatever became of miner and card meanwhile.
            if (audit.Leaf.Length > 0)
            {
                leaves.Add((KeyOf(audit), audit.Leaf));
            }
            else if ((served.FirstOrDefault(model => model.Card.Hash.SequenceEqual(audit.Card))?.Card ?? parts.Miners.Known(new Hash256(audit.Card))) is { } card)
            {
                leaves.Add((KeyOf(audit), PlanningStep.Leaf(audit, card)));
            }
        }

        // A plan of before leaves were kept needs every card to be opened to anybody. After a restart they come from the miners, of whom one may be down.
        if (!isLast && leaves.Count < audits.Length)
        {
            Array.ForEach(due, group => WaitFor(clock, plan, group));
            return false;
        }

        // Whoever takes connections and says nothing keeps nobody else waiting.
        Asking[] asked = await Task.WhenAll(due.Select(group => AskAsync(plan, group, served, leaves, isLast, cancellationToken))).ConfigureAwait(false);
        foreach (Asking asking in asked)
        {
            if (!isLast && !asking.IsDecided)
            {
                WaitFor(clock, plan, asking.Audits);
            }
            else if (asking.Model is { } model)
            {
                await JudgeMinerAsync(clock, plan, [.. asking.Audits], model, asking.Open!, asking.Proof, cancellationToken).ConfigureAwait(false);
            }
        }

        return isLast || (due.Length == open.Length && Array.TrueForAll(asked, asking => asking.IsDecided));
    }

    private void WaitFor(EpochClock clock, StoredPlan plan, IGrouping<string, Challenge> group)
    {
        string key = PlanKey(plan) + group.Key;
        int asked = waiting.GetValueOrDefault(key).Asked + 1;
        waiting[key] = (asked, Math.Min(schedule.LastOffset(clock), clock.Offset + schedule.PauseAfter(asked)));
        if (asked == 1)
        {
            ValidatorLog.ProofWaitedFor(parts.Logger, clock.Netuid, Ss58Address.Encode(group.First().Miner), plan.Epoch, clock.Start + schedule.LastOffset(clock));
        }
    }

    private async Task<Asking> AskAsync(
        StoredPlan plan,
        IGrouping<string, Challenge> group,
        IReadOnlyList<ServedCard> served,
        List<(string Key, byte[] Leaf)> leaves,
        bool isLast,
        CancellationToken cancellationToken)
    {
        Challenge[] audits = [.. group];
        if (Array.TrueForAll(audits, audit => audit.State == ChallengeState.Planned))
        {
            // None was sent, such as for want of tokens: that is no miner's silence, and there is nothing to judge.
            return new Asking(group, null, null, null, IsDecided: true);
        }

        if (served.FirstOrDefault(model => model.Card.Hash.SequenceEqual(audits[0].Card)) is not { } model)
        {
            return new Asking(group, null, null, null, IsDecided: false);
        }

        AuditOpen open = AuditFiles.Open(parts.Hotkey, plan, audits, leaves.Where(leaf => leaf.Key != group.Key).Select(leaf => leaf.Leaf));
        int asked = waiting.GetValueOrDefault(PlanKey(plan) + group.Key).Asked;
        (bool hasAnswered, LinearProofMessage? proof) = await AskForProofAsync(open, model, schedule.TimeoutOf(asked, isLast), cancellationToken).ConfigureAwait(false);

        // Of a forest under keys there is no proof, and of no answers neither: what the miner says changes no verdict.
        return new Asking(group, model, open, proof, hasAnswered || model.Card.IsUnderKeys || !Array.Exists(audits, audit => audit.State == ChallengeState.Answered));
    }

    private async Task JudgeMinerAsync(
        EpochClock clock, StoredPlan plan, IReadOnlyList<Challenge> audits, ServedCard model, AuditOpen open, LinearProofMessage? proof, CancellationToken cancellationToken)
    {
        AuditFileMessage file = AuditFiles.Create(open, audits, model.Card.IsUnderKeys ? Earlier(plan, audits) : [], proof);
        IAuditedModel audited = AuditFiles.ModelOf(model.Card.Card);
        AuditVerdict verdict = await Task.Run(() => AuditFiles.Judge(file, audited, parts.Generators.For), cancellationToken).ConfigureAwait(false);
        byte[] statement = verdict.ToStatement();
        if (verdict.IsVoid)
        {
            // Such as after a restart, when the card of another miner that is down is missing: the plan cannot be opened to anybody. Kept unsigned, so that a reader sees why nothing was scored.
            parts.Store.PutVerdict(new StoredVerdict(
                plan.Netuid, plan.Epoch, audits[0].Miner, audits[0].Card, statement, verdict.Passes, verdict.Code, [], verdict.FormHash.ToArray()));
            parts.Metrics.Judged(plan.Netuid, verdict.Passes, verdict.Code);
            ValidatorLog.Judged(parts.Logger, plan.Netuid, plan.Epoch, Ss58Address.Encode(audits[0].Miner), verdict.Code, 0);
            return;
        }

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

    /// <summary>Whether the miner answered, and its proof; null where it refuses, or sends what it did not sign.</summary>
    private async Task<(bool HasAnswered, LinearProofMessage? Proof)> AskForProofAsync(AuditOpen open, ServedCard model, TimeSpan timeout, CancellationToken cancellationToken)
    {
        string miner = Ss58Address.Encode(open.Miner.Span);
        try
        {
            using GrpcChannel channel = parts.Channels.Open(model.Endpoint, oneCall: false);
            ProveReply reply = await channel.UnaryAsync(
                InferenceMethods.Prove, open, GrpcCallOptions.None with { Timeout = timeout }, cancellationToken).ConfigureAwait(false);
            if (reply.OutcomeCase != ProveReply.OutcomeOneofCase.Proof)
            {
                ValidatorLog.NotAnswered(parts.Logger, (ushort)open.Netuid, miner, $"no proof ({reply.Refusal})");
                return (true, null);
            }

            byte[] statement = AuditStatements.Proof(
                (ushort)open.Netuid, open.Epoch, open.Validator.Span, open.Miner.Span, open.Card.Span, reply.Proof);
            return (true, DomainSignature.Verify(open.Miner.Span, AuditStatements.ProofDomain, statement, reply.Proof.Signature.Span) ? reply.Proof : null);
        }
        catch (GrpcException e)
        {
            ValidatorLog.NotAnswered(parts.Logger, (ushort)open.Netuid, miner, $"no proof: {e.Message}");
            return (false, null);
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

    private static string PlanKey(StoredPlan plan) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{plan.Netuid}/{plan.Epoch}/");

    private static string KeyOf(Challenge challenge) => Key(challenge.Miner, challenge.Card);

    private static string Key(byte[] miner, byte[] card) => Convert.ToHexStringLower(miner) + Convert.ToHexStringLower(card);

    /// <summary>What came of asking one miner.</summary>
    /// <param name="Audits">Its audits.</param>
    /// <param name="Model">Its model; null where that cannot be had.</param>
    /// <param name="Open">What it was shown; null where it was not asked.</param>
    /// <param name="Proof">Its proof.</param>
    /// <param name="IsDecided">Whether asking again could change nothing.</param>
    private sealed record Asking(IGrouping<string, Challenge> Audits, ServedCard? Model, AuditOpen? Open, LinearProofMessage? Proof, bool IsDecided);
}
