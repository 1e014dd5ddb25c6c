using Google.Protobuf;
using Subnet.Crypto.Forests;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Proofs;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Audits;
using Subnet.Health.Circuits;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Health.Validator.Challenges;
using OpenedAudit = Subnet.Health.Audits.OpenedAudit;
using State = Subnet.Health.Rpc.InferenceV1.KeyStatusReply.Types.State;

namespace Subnet.Health.Miner.Check;

/// <summary>
/// Runs a validator's challenges against a forest under keys before it goes live: made-up clinics bring their keys, rows are asked twice under different ones, labelled rows under keys
/// that are never opened, and the opened plan is judged as co-validators judge it. There is no proof: equal answers to equal rows are what is judged.
/// </summary>
/// <param name="netuid">The subnet.</param>
/// <param name="hotkey">The miner's key.</param>
/// <param name="randomness">Seeds of keys and queries.</param>
/// <param name="time">The clock.</param>
/// <param name="folder">Where the uploaded keys are while the check runs; made, and removed when it is over.</param>
internal sealed class ForestCheck(ushort netuid, SigningKey hotkey, IRandomSourceFactory randomness, TimeProvider time, string folder)
{
    /// <summary>
    /// Median time of a query in milliseconds up to which a validator takes nothing off the score. What a host must manage for keyless models is for circuits a hundred times lighter.
    /// </summary>
    public const double MostMs = Validator.Weights.ScoringStep.FastMs;

    private const int PairedRows = 4;
    private const int ChunkBytes = 1 << 20;

    /// <summary>Challenges one model.</summary>
    /// <param name="model">The model; its keys are in the check's own folder from here on.</param>
    /// <param name="rows">Rows that the card admits, encoded; at least one.</param>
    /// <exception cref="IOException">The keys could not be written to the folder.</exception>
    public async Task<IReadOnlyList<CheckFinding>> RunAsync(IModelUnderKeys model, IReadOnlyList<long[]> rows)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rows);
        CardClient card = CardClient.OpenAny(model.Card.Span);
        AuditedForest audited = AuditedForest.Of(card.Card);
        Challenge[] plan = [.. Plan(card, rows)];
        try
        {
            (List<(Challenge Challenge, PlannedForestAudit Query, byte[]? Reply)> asked, int bundles, double[] times) = await AskAsync(model, audited, plan).ConfigureAwait(false);
            int wanted = plan.DistinctBy(challenge => Convert.ToHexStringLower(challenge.Keys)).Count();
            int answered = asked.Count(item => item.Reply is not null);
            AuditVerdict verdict = Judge(model, audited, [.. asked.Where(item => item.Challenge.Kind != ChallengeKind.Labelled).Select(item => new OpenedAudit(item.Query, item.Reply))]);
            var labelled = asked.Where(item => item.Challenge.Kind == ChallengeKind.Labelled).ToArray();
            int read = labelled.Where(item => item.Reply is not null && item.Query.TryDecrypt(item.Query.RequestHash.Span, item.Reply, out _)).Sum(item => item.Query.Rows.Count);
            int most = labelled.Sum(item => item.Query.Rows.Count);
            double median = HostCheck.Median(times);
            const string Anew = "The card and the private circuit do not fit; compile the model again.";
            return
            [
                Finding($"{model.Id}: keys", bundles == wanted, $"{bundles} of {wanted} bundles taken", "all", "The model's keys are of another length than it says; compile it again."),
                Finding($"{model.Id}: answers", answered == plan.Length, $"{answered} of {plan.Length} challenges", "all", Anew),
                Finding($"{model.Id}: labelled rows", read == most, $"{read} of {most} rows read", "all", Anew),
                Finding(
                    $"{model.Id}: audit", verdict.Passes, verdict.Code, "repeats-equal", "A validator would score this model 0; compile it again and serve the file unchanged."),
                Finding($"{model.Id}: query", median <= MostMs, HostCheck.Milliseconds(median), $"at most {HostCheck.Milliseconds(MostMs)}", "Use a faster machine, or a smaller model."),
            ];
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static CheckFinding Finding(string name, bool isGood, string found, string wanted, string fix) => new(name, isGood, found, wanted, isGood ? "" : fix);

    /// <summary>As <see cref="ChallengePlanner"/> draws it, over the rows that were given: pairs of one row, labelled rows, and, where those travel together, a batch of known rows.</summary>
    private IEnumerable<Challenge> Plan(CardClient card, IReadOnlyList<long[]> rows)
    {
        using IRandomSource random = randomness.Create();
        List<Challenge> plan = [];
        foreach (long[] row in rows.Take(PairedRows))
        {
            plan.Add(New(ChallengeKind.Audit, [row]));
            plan.Add(New(ChallengeKind.Repeat, [row]));
        }

        int size = Math.Min(rows.Count, card.RowClasses[^1]);
        plan.AddRange(rows.Chunk(size).Select(labelled => New(ChallengeKind.Labelled, labelled)));
        if (size > 1)
        {
            plan.Add(New(ChallengeKind.Repeat, [.. Enumerable.Range(0, size).Select(i => rows[i % Math.Min(rows.Count, PairedRows)])]));
        }

        return [.. new PseudonymDraw(ChallengeBudget.Default.MostQueriesOfKeys, random).Spread(plan)];

        Challenge New(ChallengeKind kind, long[][] asked)
        {
            byte[] master = new byte[KeylessSeeds.MasterBytes];
            random.Fill(master);
            return new Challenge { Netuid = netuid, Epoch = ModelCheck.Epoch, Miner = hotkey.PublicKey.ToArray(), Card = card.Hash.ToArray(), Kind = kind, Master = master, Rows = asked };
        }
    }

    private async Task<(List<(Challenge Challenge, PlannedForestAudit Query, byte[]? Reply)> Asked, int Bundles, double[] Times)> AskAsync(
        IModelUnderKeys model, AuditedForest audited, Challenge[] plan)
    {
        KeyBundleStore store = new(folder, [model], (plan.Length + 1L) * model.KeyBundleBytes, time);
        store.BeginEpoch(ModelCheck.Epoch);
        model.UseKeys(store);
        List<(Challenge, PlannedForestAudit, byte[]?)> asked = [];
        HashSet<string> brought = new(StringComparer.Ordinal);
        int bundles = 0;
        double[] times = new double[plan.Length];
        for (int i = 0; i < plan.Length; i++)
        {
            Challenge challenge = plan[i];
            if (brought.Add(Convert.ToHexStringLower(challenge.Keys)))
            {
                bundles += await BringAsync(store, model, audited, challenge.Keys).ConfigureAwait(false) ? 1 : 0;
            }

            PlannedForestAudit query = new(audited, challenge.Master, challenge.Keys, challenge.Rows);
            byte[] bytes = query.BuildQuery();
            long started = time.GetTimestamp();
            byte[]? reply = model.RowsOf(bytes) == query.RowClass ? await model.AnswerAsync(bytes, CancellationToken.None).ConfigureAwait(false) : null;
            times[i] = time.GetElapsedTime(started).TotalMilliseconds;
            asked.Add((challenge, query, reply));
        }

        return (asked, bundles, times);
    }

    private static async Task<bool> BringAsync(KeyBundleStore store, IModelUnderKeys model, AuditedForest audited, byte[] master)
    {
        using ForestReader keys = audited.Open(master);
        audited.DigestOf(master, keys);
        return keys.Bundle.Length == model.KeyBundleBytes && (await store.PutAsync(Chunks(keys, model), CancellationToken.None).ConfigureAwait(false)).State == State.Ready;
    }

    /// <summary>As they come over the network.</summary>
    private static async IAsyncEnumerable<KeyChunk> Chunks(ForestReader keys, IModelUnderKeys model)
    {
        ByteString digest = ByteString.CopyFrom(keys.Digest.Span);
        ByteString card = ByteString.CopyFrom(model.CardHash.Span);
        for (int at = 0; at < keys.Bundle.Length; at += ChunkBytes)
        {
            yield return new KeyChunk
            {
                Digest = digest,
                Model = card,
                TotalBytes = keys.Bundle.Length,
                Offset = at,
                Data = UnsafeByteOperations.UnsafeWrap(keys.Bundle.Slice(at, Math.Min(ChunkBytes, keys.Bundle.Length - at))),
            };
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    private AuditVerdict Judge(IModelUnderKeys model, AuditedForest audited, IReadOnlyList<OpenedAudit> opened)
    {
        using IRandomSource random = randomness.Create();
        using SigningKey validator = SigningKey.Generate(random);
        ProofContext context = new(netuid, ModelCheck.Epoch, hotkey.PublicKey, validator.PublicKey, model.CardHash.Span);
        byte[] root = AuditPlan.Root([.. opened.Select(audit => audit.Planned.Leaf(hotkey.PublicKey))]);
        return AuditReview.CheckForest(context, audited.CommitmentText, opened, [], root, [], (_, _) => true);
    }
}
