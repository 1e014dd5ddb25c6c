using Subnet.Crypto.Comparison;

namespace Subnet.Health.Scoring;

internal sealed partial class ClinicScoring
{
    private readonly Dictionary<string, MinerRound> rounds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (byte[] Seed, ScoringMessage Message)> seeds = new(StringComparer.Ordinal);

    /// <summary>Faults found so far, with who is at fault; each was logged where a statement proves it.</summary>
    public List<ScoringFinding> Findings { get; } = [];

    /// <inheritdoc/>
    IReadOnlyList<ScoringFinding> IClinicScoring.Findings => Findings;

    /// <inheritdoc/>
    public IReadOnlyList<ScoringMessage> Commitments => batch is null ? [] : [.. batch.Panel.Select(miner => RoundOf(miner.Miner).Commitment).OfType<ScoringMessage>()];

    /// <inheritdoc/>
    public IReadOnlyList<ScoringMessage> Openings => batch is null ? [] : [.. batch.Panel.Select(miner => RoundOf(miner.Miner).Opening).OfType<ScoringMessage>()];

    /// <summary>Step 3: a drawn validator's outputs for one miner, until their deadline.</summary>
    public ScoringFault AcceptOutputs(ScoringMessage message)
    {
        if (batch is null)
        {
            return ScoringFault.OutOfPlace;
        }

        if (ScoreOutputsMessage.TryRead(message) is not { } outputs || !IsDrawn(outputs.Validator.Span) || evaluation!.Parse(outputs.Outputs.Span) is null)
        {
            return ScoringFault.Malformed;
        }

        if (!outputs.Batch.Span.SequenceEqual(batch.Batch.Span) || batch.IndexOf(outputs.Miner.Span) < 0)
        {
            return ScoringFault.OutOfPlace;
        }

        MinerRound round = RoundOf(outputs.Miner);
        if (round.Commitment is not null || clock.GetUtcNow() > batch.Time + settings.Timetable.Outputs)
        {
            return ScoringFault.Late;
        }

        // The first one stands, whatever comes after it.
        round.Outputs.TryAdd(Convert.ToHexStringLower(outputs.Validator.Span), message);
        return ScoringFault.None;
    }

    /// <summary>Whether every drawn validator has sent outputs for every miner, so that nothing more is waited for.</summary>
    public bool HasAllOutputs => batch is not null && rounds.Count == batch.Panel.Count && rounds.Values.All(round => round.Outputs.Count == drawn.Count);

    /// <summary>
    /// Step 3: decrypts everything that came and commits to it, whatever it is. A miner for which fewer than two validators answered gets no commitment.
    /// </summary>
    /// <returns>A commitment for each miner; for the drawn validators.</returns>
    public async Task<IReadOnlyList<ScoringMessage>> CommitAsync()
    {
        ScoreBatchOpen open = batch ?? throw new InvalidOperationException("there is no batch to commit to");
        List<ScoringMessage> commits = [];
        foreach (PanelMiner miner in open.Panel)
        {
            MinerRound round = RoundOf(miner.Miner);
            if (round.Commitment is null)
            {
                SeedCommitment[] answered = [.. drawn.Where(seed => round.Outputs.ContainsKey(Name(seed)))];
                if (answered.Length < ScoringSettings.LeastValidators)
                {
                    Find(new ScoringFinding(ScoringFault.TooFewValidators, default, miner.Miner));
                    continue;
                }

                round.Answered = answered;
                round.Opened = [.. answered.SelectMany(seed => evaluation!.Parse(round.Outputs[Name(seed)].Attachments[0].Span)!.Select(keys!.Reader.Read))];
                ScoringMessage commitment = new ScoreCommitMessage(
                    open.Batch, miner.Miner, ScoreOpening.Commit(round.Nonce, round.Opened), [.. answered.Select(seed => seed.Validator)]).Sign(key);
                await log.RecordAsync("score-commit", commitment.Signed, "miner", miner.Miner).ConfigureAwait(false);
                round.Commitment = commitment;
            }

            commits.Add(round.Commitment);
        }

        return commits;
    }

    /// <summary>Step 4: a drawn validator's opened seed, until its deadline and only after the commitments.</summary>
    public ScoringFault AcceptSeedOpening(ScoringMessage message)
    {
        if (batch is null || rounds.Values.All(round => round.Commitment is null))
        {
            return ScoringFault.OutOfPlace;
        }

        SeedCommitment? commitment = drawn.FirstOrDefault(seed => seed.Validator.Span.SequenceEqual(message.Signed.Signer.Span));
        if (commitment is null)
        {
            return ScoringFault.Malformed;
        }

        if (clock.GetUtcNow() > batch.Time + settings.Timetable.Seeds)
        {
            return ScoringFault.Late;
        }

        if (ScoreSeed.TryReadOpening(message, Slot.Span, commitment) is not { } seed)
        {
            return ScoringFault.WrongSeed;
        }

        seeds[Name(commitment)] = (seed, message);
        return ScoringFault.None;
    }

    /// <summary>Whether every validator inside a commitment has opened its seed.</summary>
    public bool HasAllSeeds => batch is not null && rounds.Values.SelectMany(round => round.Answered).All(seed => seeds.ContainsKey(Name(seed)));

    /// <summary>
    /// Step 5: recomputes every output of every validator inside a commitment from its opened seed. Only where all are the public function's is the commitment opened, to
    /// the drawn validators; one withheld seed or one differing byte, and nothing of this miner's batch is opened: outputs of an unknown function could be anything,
    /// a patient's label among it.
    /// </summary>
    /// <returns>An opening for each miner that has one.</returns>
    public async Task<IReadOnlyList<ScoringMessage>> OpenAsync()
    {
        ScoreBatchOpen open = batch ?? throw new InvalidOperationException("there is no batch to open");
        List<ScoringMessage> openings = [];
        for (int miner = 0; miner < open.Panel.Count; miner++)
        {
            PanelMiner who = open.Panel[miner];
            MinerRound round = RoundOf(who.Miner);
            if (round.Commitment is null || !await MatchesAsync(miner, round).ConfigureAwait(false))
            {
                continue;
            }

            round.Opening ??= new ScoreOpenMessage(open.Batch, who.Miner, round.Nonce.ToArray(), eta.ToArray(), round.Opened).Sign(key);
            await log.RecordAsync("score-open", round.Opening.Signed, "miner", who.Miner).ConfigureAwait(false);
            openings.Add(round.Opening);
        }

        return openings;
    }

    /// <summary>Opened seeds, for the other validators: they recompute each other's outputs.</summary>
    public IReadOnlyList<ScoringMessage> SeedOpenings => [.. drawn.Where(seed => seeds.ContainsKey(Name(seed))).Select(seed => seeds[Name(seed)].Message)];

    /// <summary>All outputs that came, for the other validators and the transcript.</summary>
    public IReadOnlyList<ScoringMessage> Outputs => batch is null
        ? []
        : [.. batch.Panel.SelectMany(miner => drawn.Select(seed => RoundOf(miner.Miner).Outputs.GetValueOrDefault(Name(seed)))).OfType<ScoringMessage>()];

    private async Task<bool> MatchesAsync(int miner, MinerRound round)
    {
        bool matches = true;
        foreach (SeedCommitment validator in round.Answered)
        {
            ScoringFault fault = ScoringFault.SeedWithheld;
            if (seeds.TryGetValue(Name(validator), out (byte[] Seed, ScoringMessage Message) opened))
            {
                ReadOnlyMemory<byte> sent = round.Outputs[Name(validator)].Attachments[0];
                byte[] expected = await Task.Run(() => evaluation!.Evaluate(miner, opened.Seed)).ConfigureAwait(false);
                fault = sent.Span.SequenceEqual(expected) ? ScoringFault.None : ScoringFault.OutputsDiffer;
            }

            if (fault != ScoringFault.None)
            {
                ScoringFinding finding = new(fault, validator.Validator, batch!.Panel[miner].Miner);
                Find(finding);
                await log.RecordAsync("score-fault", finding.Sign(key, batch.Batch).Signed, "validator", validator.Validator).ConfigureAwait(false);
                matches = false;
            }
        }

        return matches;
    }

    /// <summary>A step that is taken twice finds the same twice.</summary>
    private void Find(ScoringFinding finding)
    {
        if (!Findings.Any(known => known.Fault == finding.Fault && known.Party.Span.SequenceEqual(finding.Party.Span) && known.Miner.Span.SequenceEqual(finding.Miner.Span)))
        {
            Findings.Add(finding);
        }
    }

    private bool IsDrawn(ReadOnlySpan<byte> validator)
    {
        foreach (SeedCommitment seed in drawn)
        {
            if (seed.Validator.Span.SequenceEqual(validator))
            {
                return true;
            }
        }

        return false;
    }

    private MinerRound RoundOf(ReadOnlyMemory<byte> miner)
    {
        string name = Convert.ToHexStringLower(miner.Span);
        return rounds.TryGetValue(name, out MinerRound? round) ? round : rounds[name] = new MinerRound();
    }

    private static string Name(SeedCommitment seed) => Convert.ToHexStringLower(seed.Validator.Span);

    /// <summary>What has come and gone for one miner.</summary>
    private sealed class MinerRound
    {
        public Dictionary<string, ScoringMessage> Outputs { get; } = new(StringComparer.Ordinal);

        public byte[] Nonce { get; } = new byte[32];

        public IReadOnlyList<SeedCommitment> Answered { get; set; } = [];

        public IReadOnlyList<ulong> Opened { get; set; } = [];

        public ScoringMessage? Commitment { get; set; }

        public ScoringMessage? Opening { get; set; }
    }
}
