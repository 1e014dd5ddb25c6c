using System.Security.Cryptography;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Proofs;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Audits;
using Subnet.Health.Circuits;

namespace Subnet.Health.Miner.Check;

/// <summary>
/// Runs a validator's own challenges against a model before it goes live: synthetic rows and repeats of them, encrypted under fresh keys,
/// answered, decrypted, the whole plan opened, proved and judged as co-validators judge it. What passes here passes an honest audit.
/// </summary>
/// <param name="minimum">What a host must manage.</param>
/// <param name="netuid">The subnet.</param>
/// <param name="hotkey">The miner's key.</param>
/// <param name="randomness">Seeds of queries.</param>
/// <param name="time">The clock.</param>
/// <param name="folder">A folder of the check's own for keys of models that need some; made where it is needed, and removed again.</param>
internal sealed class ModelCheck(MinimumCompute minimum, ushort netuid, SigningKey hotkey, IRandomSourceFactory randomness, TimeProvider time, string folder)
{
    /// <summary>The epoch that is played.</summary>
    public const ulong Epoch = 1;

    private const int Audits = 9;

    /// <summary>Challenges one model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">Rows that the card admits, encoded; at least one.</param>
    /// <exception cref="IOException">Keys could not be written to the folder.</exception>
    public async Task<IReadOnlyList<CheckFinding>> RunAsync(IServedModel model, IReadOnlyList<long[]> rows)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model is IModelUnderKeys underKeys)
        {
            return await new ForestCheck(netuid, hotkey, randomness, time, folder).RunAsync(underKeys, rows).ConfigureAwait(false);
        }

        CardQuery query = CardReader.Read(model.Card.Span).Query;
        if (model.Opening is not { } opening || !VectorCommitment.TryParse(model.Commitment.Span, out VectorCommitment? commitment))
        {
            return [new CheckFinding($"{model.Id}: proof", false, "no vector commitment", "one that can be opened", "Compile the model again.")];
        }

        AuditedModel audited = new(model.CardHash, query.Parameters, query.Encoding, query.Classes, query.Bound, commitment);
        (List<OpenedAudit> opened, double[] times, int refused) = await AskAsync(model, audited, rows).ConfigureAwait(false);
        double median = HostCheck.Median(times);
        AuditVerdict verdict = Judge(model, audited, opening, opened);
        return
        [
            new CheckFinding(
                $"{model.Id}: answers", refused == 0, $"{opened.Count - refused} of {opened.Count} challenges", "all", refused == 0 ? "" : "The card and the private circuit do not fit; compile the model again."),
            new CheckFinding($"{model.Id}: audit", verdict.Passes, verdict.Code, "valid", verdict.Passes ? "" : "A validator would score this model 0; compile it again and serve the file unchanged."),
            new CheckFinding(
                $"{model.Id}: query", median <= minimum.QueryMs, HostCheck.Milliseconds(median), $"at most {HostCheck.Milliseconds(minimum.QueryMs)}", median <= minimum.QueryMs ? "" : "Use a faster machine, or a smaller model."),
        ];
    }

    private async Task<(List<OpenedAudit> Opened, double[] Times, int Refused)> AskAsync(IServedModel model, AuditedModel audited, IReadOnlyList<long[]> rows)
    {
        List<OpenedAudit> opened = [];
        double[] times = new double[Audits];
        int refused = 0;
        byte[] master = new byte[KeylessSeeds.MasterBytes];
        using IRandomSource random = randomness.Create();
        for (int i = 0; i < Audits; i++)
        {
            // The last third repeats rows of the first under other keys.
            random.Fill(master);
            PlannedAudit planned = new(audited, master, [rows[i % Math.Min(rows.Count, (Audits * 2) / 3)]]);
            byte[] query = planned.BuildQuery();
            long started = time.GetTimestamp();
            byte[]? reply = await model.AnswerAsync(query, CancellationToken.None).ConfigureAwait(false);
            times[i] = time.GetElapsedTime(started).TotalMilliseconds;
            refused += reply is null ? 1 : 0;
            opened.Add(new OpenedAudit(planned, reply));
        }

        return (opened, times, refused);
    }

    private AuditVerdict Judge(IServedModel model, AuditedModel audited, CommitmentOpening opening, List<OpenedAudit> opened)
    {
        GeneratorSet generators = GeneratorSet.Create(audited.Features * audited.Classes);
        using IRandomSource random = randomness.Create();
        using SigningKey validator = SigningKey.Generate(random);
        ProofContext context = new(netuid, Epoch, hotkey.PublicKey, validator.PublicKey, model.CardHash.Span);
        byte[] root = AuditPlan.Root([.. opened.Select(audit => audit.Planned.Leaf(hotkey.PublicKey))]);
        Dictionary<string, byte[]> served = new(StringComparer.Ordinal);
        foreach (OpenedAudit audit in opened.Where(audit => audit.Reply is not null))
        {
            served[Convert.ToHexStringLower(SHA256.HashData(audit.Planned.BuildQuery()))] = audit.Reply!.Value.ToArray();
        }

        new AuditResponder(opening, generators, random)
            .Respond(context, opened, root, [], hash => served.GetValueOrDefault(Convert.ToHexStringLower(hash)), out LinearProofResult? result);
        return AuditReview.Check(
            context, audited.Commitment, opened, root, [], (_, _) => true, result is null ? [] : result.Proof.Span, result is null ? [] : result.Rho.Span, generators);
    }
}
