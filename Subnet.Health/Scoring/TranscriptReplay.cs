using System.Security.Cryptography;
using Subnet.Crypto.Comparison;
using Subnet.Crypto.Identity;

namespace Subnet.Health.Scoring;

/// <summary>
/// Replays a transcript from the held ciphertexts and the opened seeds: draw, order, signatures, every output bit for bit, commitments, tags, checks, and what was made public.
/// It needs no key and no network. The same bytes come out on every machine.
/// </summary>
internal sealed class TranscriptReplay
{
    private readonly ScoringTranscript transcript;
    private readonly List<ScoringFinding> findings = [];
    private readonly Dictionary<string, ScoreOutputsMessage> outputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ScoreCommitMessage> commits = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> seeds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PublicScore> scores = new(StringComparer.Ordinal);
    private ScoreWindow window = null!;
    private ScoreBatchOpen batch = null!;
    private ScoringEvaluation evaluation = null!;
    private IReadOnlyList<SeedCommitment> drawn = [];
    private int recomputed;

    private TranscriptReplay(ScoringTranscript transcript) => this.transcript = transcript;

    /// <summary>Replays a transcript to its end or to the first difference.</summary>
    /// <param name="transcript">The transcript.</param>
    /// <param name="beacon">The beacon as the ledger has it, where the replayer asked one; null to take the transcript's word.</param>
    /// <param name="progress">Outputs recomputed so far.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static ReplayReport Run(
        ScoringTranscript transcript, ScoringBeacon? beacon = null, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transcript);
        TranscriptReplay replay = new(transcript);
        using IncrementalHash digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string? difference = replay.Begin(beacon) ?? replay.Outputs(digest, progress, cancellationToken) ?? replay.Openings()
            ?? (transcript.IsIntact ? null : "a byte was changed: the digest at the end is not that of what comes before");
        IReadOnlyList<OrganicOutcome> outcomes = difference is null ? OrganicOutcome.Of(replay.batch, replay.scores, replay.findings) : [];
        return new ReplayReport(difference, replay.recomputed, digest.GetHashAndReset(), replay.batch, outcomes, replay.findings);
    }

    /// <summary>Reads every message in its place.</summary>
    private string? Begin(ScoringBeacon? beacon)
    {
        if (transcript.Messages.Count < 2 || ScoreWindow.TryRead(transcript.Messages[0]) is not { } first || ScoreBatchOpen.TryRead(transcript.Messages[1]) is not { } opened)
        {
            return "the first two messages are not a signed window and a signed batch";
        }

        window = first;
        batch = opened;
        SignedStatement windowStatement = transcript.Messages[0].Signed;
        if (!batch.Clinic.Span.SequenceEqual(windowStatement.Signer.Span) || !batch.Window.Span.SequenceEqual(windowStatement.Hash) || batch.Measure != window.Measure)
        {
            return "the batch is not of the window, the clinic or the measure that the window names";
        }

        if (beacon is not null && (beacon.Height != transcript.Beacon.Height || !beacon.Hash.Span.SequenceEqual(transcript.Beacon.Hash.Span)))
        {
            return $"the beacon is not the ledger's block {beacon.Height}";
        }

        if (ScoringDraw.Check(window, batch, transcript.Beacon, []) != ScoringFault.None)
        {
            return "the beacon draws other cases or validators than the batch has";
        }

        if (ScoringEvaluation.TryCreate(batch) is not { } evaluates)
        {
            return "a key or ciphertext is not of the batch's set, not reduced, not seeded, or shares its seed with another one";
        }

        evaluation = evaluates;
        drawn = batch.Drawn(transcript.Beacon.Hash);
        int phase = 0;
        foreach (ScoringMessage message in transcript.Messages.Skip(2))
        {
            (int next, bool isRead) = Take(message);
            if (!isRead || next < phase)
            {
                return $"a message of domain {message.Signed.Domain} is malformed, not signed by whom it should be, there twice, or before its time";
            }

            phase = next;
        }

        return null;
    }

    private (int Phase, bool IsRead) Take(ScoringMessage message)
    {
        string signer = Hex(message.Signed.Signer);
        bool isDrawn = drawn.Any(seed => Hex(seed.Validator) == signer);
        switch (message.Signed.Domain)
        {
            case ScoringDomains.Outputs:
                return (1, isDrawn && ScoreOutputsMessage.TryRead(message) is { } sent && IsOfBatch(sent.Batch, sent.Miner)
                    && outputs.TryAdd(signer + Hex(sent.Miner), sent));
            case ScoringDomains.Score when ScoreCommitMessage.TryRead(message, batch.Clinic.Span) is { } commit:
                return (2, IsOfBatch(commit.Batch, commit.Miner)
                    && commit.IsInOrderOf(drawn)
                    && commit.Validators.All(key => outputs.ContainsKey(Hex(key) + Hex(commit.Miner)))
                    && commits.TryAdd(Hex(commit.Miner), commit));
            case ScoringDomains.Seed:
                return (3, isDrawn
                    && ScoreSeed.TryReadOpening(message, batch.Window.Span, drawn.First(seed => Hex(seed.Validator) == signer)) is { } opened
                    && seeds.TryAdd(signer, opened));
            case ScoringDomains.Score:
                return (4, ScoreOpenMessage.TryRead(message, batch.Clinic.Span) is { } opening && IsOfBatch(opening.Batch, opening.Miner)
                    && commits.ContainsKey(Hex(opening.Miner)));
            case ScoringDomains.Public:
                return (5, isDrawn && PublicScore.TryRead(message) is { } score && IsOfBatch(score.Batch, score.Miner));
            default:
                return (5, message.Signed.Domain == ScoringDomains.Fault && message.Signed.IsSigned);
        }
    }

    /// <summary>Recomputes every output whose seed is open.</summary>
    private string? Outputs(IncrementalHash digest, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        string? first = null;
        for (int miner = 0; miner < batch.Panel.Count && first is null; miner++)
        {
            string name = Hex(batch.Panel[miner].Miner);
            foreach (SeedCommitment validator in drawn)
            {
                cancellationToken.ThrowIfCancellationRequested();
                string who = Hex(validator.Validator);
                if (!outputs.TryGetValue(who + name, out ScoreOutputsMessage? sent))
                {
                    continue;
                }

                if (!seeds.TryGetValue(who, out byte[]? seed))
                {
                    findings.Add(new ScoringFinding(ScoringFault.SeedWithheld, validator.Validator, batch.Panel[miner].Miner));
                    continue;
                }

                byte[] expected = evaluation.Evaluate(miner, seed);
                digest.AppendData(expected);
                recomputed += batch.Blocks * batch.Measure.OutputCount;
                progress?.Report(recomputed);
                if (!sent.Outputs.Span.SequenceEqual(expected))
                {
                    findings.Add(new ScoringFinding(ScoringFault.OutputsDiffer, validator.Validator, batch.Panel[miner].Miner));
                    first ??= Describe(validator, batch.Panel[miner], expected, sent.Outputs.Span);
                }
            }
        }

        return first;
    }

    /// <summary>Concludes each opening and holds what was made public against it.</summary>
    private string? Openings()
    {
        ScoringConclusion conclusion = new(batch, evaluation);
        foreach (ScoringMessage message in transcript.Messages.Where(message => message.Signed.Domain == ScoringDomains.Score))
        {
            if (ScoreOpenMessage.TryRead(message, batch.Clinic.Span) is not { } opening)
            {
                continue;
            }

            ScoreCommitMessage commit = commits[Hex(opening.Miner)];
            if (commit.Validators.Any(key => !seeds.ContainsKey(Hex(key))))
            {
                return $"the clinic opened the score of {Address(opening.Miner)} although a validator's seed is not open";
            }

            ScoringFault fault = conclusion.Conclude(commit, opening, seeds, out long value);
            if (fault == ScoringFault.NothingToCompare)
            {
                findings.Add(new ScoringFinding(fault, default, opening.Miner));
                continue;
            }

            if (fault != ScoringFault.None)
            {
                return $"the opening for {Address(opening.Miner)} does not hold: {ScoringFaults.Word(fault)}";
            }

            values[Hex(opening.Miner)] = value;
        }

        foreach (PublicScore score in transcript.Messages.Select(PublicScore.TryRead).OfType<PublicScore>())
        {
            if (!values.TryGetValue(Hex(score.Miner), out long value) || value != score.Value || score.Publication != batch.Publication)
            {
                return $"{Address(score.Validator)} published {score.Value} for {Address(score.Miner)}, which is not what was opened";
            }

            if (!commits[Hex(score.Miner)].Validators.Any(key => key.Span.SequenceEqual(score.Validator.Span)))
            {
                return $"{Address(score.Validator)} published a score of {Address(score.Miner)} although its own outputs are not in the commitment, so that it had no tag to check";
            }

            scores[Hex(score.Miner)] = score;
        }

        return null;
    }

    private string Describe(SeedCommitment validator, PanelMiner miner, byte[] expected, ReadOnlySpan<byte> held)
    {
        int length = ScoreOutput.ByteCount(batch.Measure.Set);
        int at = held.CommonPrefixLength(expected);
        int output = at / length;
        return at == held.Length
            ? $"the outputs of {Address(validator.Validator)} for {Address(miner.Miner)} end after {held.Length} of {expected.Length} bytes"
            : $"output {output % batch.Measure.OutputCount} of block {output / batch.Measure.OutputCount} by {Address(validator.Validator)} for {Address(miner.Miner)}: byte {at % length} is {held[at]:x2}, the ciphertexts and the seed give {expected[at]:x2}";
    }

    private bool IsOfBatch(ReadOnlyMemory<byte> name, ReadOnlyMemory<byte> miner) => name.Span.SequenceEqual(batch.Batch.Span) && batch.IndexOf(miner.Span) >= 0;

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);

    private static string Address(ReadOnlyMemory<byte> key) => Ss58Address.Encode(key.Span);
}

/// <summary>What a replay found.</summary>
/// <param name="Difference">The first difference, as a sentence; null where everything is as it was computed.</param>
/// <param name="Recomputed">Outputs recomputed.</param>
/// <param name="Digest">SHA-256 over all recomputed outputs: equal on every machine.</param>
/// <param name="Batch">The batch; null where it did not read.</param>
/// <param name="Outcomes">What the batch says of each miner.</param>
/// <param name="Findings">Faults of parties that do not make the transcript unsound.</param>
internal sealed record ReplayReport(
    string? Difference,
    int Recomputed,
    byte[] Digest,
    ScoreBatchOpen? Batch,
    IReadOnlyList<OrganicOutcome> Outcomes,
    IReadOnlyList<ScoringFinding> Findings)
{
    /// <summary>Whether everything is as the protocol computes it.</summary>
    public bool IsSound => Difference is null;
}
