using System.Security.Cryptography;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Comparison;
using Subnet.Crypto.Identity;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Scoring;

/// <summary>
/// A clinic's batch (protocol 8.2, BatchOpen): which cases, under which keys, encrypted how. Attachments: the drawn cases, the seed commitments, the panel, the keys, then the
/// ciphertexts: labels block by block, and predictions miner by miner and block by block.
/// </summary>
internal sealed class ScoreBatchOpen
{
    private const int FixedAttachments = 4;

    private readonly ScoringMessage message;

    private ScoreBatchOpen(ScoringMessage message) => this.message = message;

    /// <summary>32 random bytes.</summary>
    public required ReadOnlyMemory<byte> Batch { get; init; }

    /// <summary>The slot: hash of the window's statement.</summary>
    public required ReadOnlyMemory<byte> Window { get; init; }

    /// <summary>What is computed.</summary>
    public required ScoringMeasure Measure { get; init; }

    /// <summary>Height of the beacon.</summary>
    public required long Height { get; init; }

    /// <summary>Validators to draw.</summary>
    public required int ValidatorCount { get; init; }

    /// <summary>How the scores become public.</summary>
    public required ScorePublication Publication { get; init; }

    /// <summary>H(eta).</summary>
    public required ReadOnlyMemory<byte> EtaHash { get; init; }

    /// <summary>When, by the clinic's clock: deadlines count from here.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The cases, slot after slot.</summary>
    public required IReadOnlyList<ScoringCaseEvents> Cases { get; init; }

    /// <summary>Who committed a seed before the beacon.</summary>
    public required IReadOnlyList<SeedCommitment> Seeds { get; init; }

    /// <summary>The miners.</summary>
    public required IReadOnlyList<PanelMiner> Panel { get; init; }

    /// <summary>The signed message.</summary>
    public ScoringMessage Message => message;

    /// <summary>The clinic's key.</summary>
    public ReadOnlyMemory<byte> Clinic => message.Signed.Signer;

    /// <summary>Patients.</summary>
    public int Patients => Cases.Count;

    /// <summary>Evaluations for each miner: one, for pairs one for each 128 patients.</summary>
    public int Blocks => BlockCount(Measure, Patients);

    /// <summary>The keys' bytes.</summary>
    public ReadOnlyMemory<byte> KeyBytes => message.Attachments[3];

    /// <summary>Evaluations for so many patients.</summary>
    public static int BlockCount(ScoringMeasure measure, int patients) =>
        measure.Kind == ScoringKind.Pairs ? patients / ScoringBatch.PairwisePatients : 1;

    /// <summary>Whether a batch of so many patients can be scored so.</summary>
    public static bool IsPatientCount(ScoringMeasure measure, int patients) => patients >= ScoringSettings.LeastPatients
        && (measure.Kind == ScoringKind.Pairs ? patients % ScoringBatch.PairwisePatients == 0 && patients <= 8192 : patients <= measure.BlockPatients);

    /// <summary>The bytes of one block's labels.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> LabelBytes(int block) =>
        message.Attachments.Skip(FixedAttachments + (block * Measure.LabelCount)).Take(Measure.LabelCount);

    /// <summary>The bytes of one miner's predictions in one block.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> PredictionBytes(int miner, int block) => message.Attachments
        .Skip(FixedAttachments + (Blocks * Measure.LabelCount) + (((miner * Blocks) + block) * Measure.PredictionCount))
        .Take(Measure.PredictionCount);

    /// <summary>
    /// The session that a block's streams are drawn for: the batch itself for block 0, H("subnet-score-block/1" LF || batch || be32 block) for the others. One session never
    /// serves two evaluations: two tags under one factor would give the factor away.
    /// </summary>
    public byte[] Session(int block)
    {
        if (block == 0)
        {
            return Batch.ToArray();
        }

        byte[] number = new byte[sizeof(int)];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(number, block);
        return SHA256.HashData([.. "subnet-score-block/1\n"u8, .. Batch.Span, .. number]);
    }

    /// <summary>The validators drawn: the first of those who committed, by the beacon.</summary>
    public IReadOnlyList<SeedCommitment> Drawn(ReadOnlyMemory<byte> beacon) => ScoringEvents.Draw(beacon, Seeds, ValidatorCount);

    /// <summary>Number of a miner in the panel, or -1.</summary>
    public int IndexOf(ReadOnlySpan<byte> miner)
    {
        for (int i = 0; i < Panel.Count; i++)
        {
            if (Panel[i].Miner.Span.SequenceEqual(miner))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Signs a batch.</summary>
    public static ScoreBatchOpen Sign(SigningKey clinic, ScoreBatchParts parts)
    {
        ArgumentNullException.ThrowIfNull(clinic);
        ArgumentNullException.ThrowIfNull(parts);
        byte[] cases = ScoreWindow.WriteCases(parts.Cases);
        byte[] seeds = WriteSeeds(parts.Seeds);
        byte[] panel = ScoreWindow.WritePanel(parts.Panel);
        SignedStatement signed = SignedStatement.Sign(clinic, ScoringDomains.Batch, new CanonicalObject
        {
            ["batch"] = Convert.ToHexStringLower(parts.Batch.Span),
            ["window"] = Convert.ToHexStringLower(parts.Window.Span),
            ["set"] = ScoreWindow.SetWord(parts.Measure),
            ["cards"] = Convert.ToHexStringLower(ScoringList.Hash(panel)),
            ["height"] = parts.Height,
            ["events"] = Convert.ToHexStringLower(ScoringList.Hash(cases)),
            ["seeds"] = Convert.ToHexStringLower(ScoringList.Hash(seeds)),
            ["validators"] = parts.ValidatorCount,
            ["keys"] = Convert.ToHexStringLower(SHA256.HashData(parts.Keys.Span)),
            ["ciphertexts"] = Convert.ToHexStringLower(HashOfHashes(parts.Ciphertexts)),
            ["eta"] = Convert.ToHexStringLower(parts.EtaHash.Span),
            ["publish"] = parts.Publication.Word,
            ["time"] = EntryTime.Format(parts.Time),
        });
        return TryRead(new ScoringMessage(signed, [cases, seeds, panel, parts.Keys, .. parts.Ciphertexts]))
            ?? throw new InvalidOperationException("a batch that was just made does not read");
    }

    /// <summary>Reads a signed batch: hashes, counts and lists; ciphertexts are parsed by <see cref="ScoringEvaluation"/>.</summary>
    public static ScoreBatchOpen? TryRead(ScoringMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Open(ScoringDomains.Batch) is not { } statement || message.Attachments.Count < FixedAttachments)
        {
            return null;
        }

        byte[] batch = statement.Bytes("batch", 32);
        byte[] window = statement.Bytes("window", 32);
        ScoringMeasure? measure = ScoreWindow.ParseSet(statement.Text("set"));
        byte[] cards = statement.Bytes("cards", 32);
        long height = statement.Integer("height");
        byte[] events = statement.Bytes("events", 32);
        byte[] seedsHash = statement.Bytes("seeds", 32);
        int validators = (int)statement.Integer("validators", 64);
        byte[] keys = statement.Bytes("keys", 32);
        byte[] ciphertexts = statement.Bytes("ciphertexts", 32);
        byte[] eta = statement.Bytes("eta", 32);
        ScorePublication? publication = ScorePublication.Parse(statement.Text("publish"));
        DateTimeOffset time = statement.Time("time");
        IReadOnlyList<ReadOnlyMemory<byte>> parts = message.Attachments;
        if (!statement.IsComplete || measure is null || publication is null || !publication.Fits(measure.Kind)
            || validators < ScoringSettings.LeastValidators
            || !events.AsSpan().SequenceEqual(ScoringList.Hash(parts[0].Span))
            || !seedsHash.AsSpan().SequenceEqual(ScoringList.Hash(parts[1].Span))
            || !cards.AsSpan().SequenceEqual(ScoringList.Hash(parts[2].Span))
            || !keys.AsSpan().SequenceEqual(SHA256.HashData(parts[3].Span))
            || !ciphertexts.AsSpan().SequenceEqual(HashOfHashes(parts.Skip(FixedAttachments)))
            || ScoreWindow.ReadPanel(parts[2].Span) is not { } panel
            || ScoreWindow.ReadCases(parts[0].Span, panel.Count) is not { } cases
            || ReadSeeds(parts[1].Span, window) is not { } seeds
            || !IsPatientCount(measure, cases.Count)
            || parts.Count != FixedAttachments + (BlockCount(measure, cases.Count) * (measure.LabelCount + (panel.Count * measure.PredictionCount))))
        {
            return null;
        }

        return new ScoreBatchOpen(message)
        {
            Batch = batch,
            Window = window,
            Measure = measure,
            Height = height,
            ValidatorCount = validators,
            Publication = publication,
            EtaHash = eta,
            Time = time,
            Cases = cases,
            Seeds = seeds,
            Panel = panel,
        };
    }

    private static byte[] WriteSeeds(IEnumerable<SeedCommitment> seeds) => ScoringList.Write([.. seeds.Select(seed => new CanonicalObject
    {
        ["validator"] = Convert.ToHexStringLower(seed.Validator.Span),
        ["hash"] = Convert.ToHexStringLower(seed.Hash.Span),
        ["sig"] = Convert.ToHexStringLower(seed.Signature.Span),
    })]);

    /// <summary>Seed commitments, each signed for this slot; no validator twice.</summary>
    private static List<SeedCommitment>? ReadSeeds(ReadOnlySpan<byte> bytes, byte[] window)
    {
        if (ScoringList.Read(bytes) is not { Count: <= 1024 } list)
        {
            return null;
        }

        HashSet<string> seen = new(StringComparer.Ordinal);
        List<SeedCommitment> seeds = [];
        foreach (CanonicalValue value in list)
        {
            StatementReader reader = new(value as CanonicalObject ?? new CanonicalObject());
            SeedCommitment seed = new(reader.Bytes("validator", 32), reader.Bytes("hash", 32), reader.Bytes("sig", 64));
            if (!reader.IsComplete || !seen.Add(Convert.ToHexStringLower(seed.Validator.Span)) || !ScoreSeed.IsSigned(seed, window))
            {
                return null;
            }

            seeds.Add(seed);
        }

        return seeds;
    }

    /// <summary>The list of the ciphertexts' hashes, hashed: one changed ciphertext is named without reading the others.</summary>
    private static byte[] HashOfHashes(IEnumerable<ReadOnlyMemory<byte>> ciphertexts) =>
        ScoringList.Hash(ScoringList.Write([.. ciphertexts.Select(bytes => (CanonicalValue)Convert.ToHexStringLower(SHA256.HashData(bytes.Span)))]));
}

/// <summary>What a clinic puts into a batch.</summary>
/// <param name="Batch">32 random bytes.</param>
/// <param name="Window">The slot.</param>
/// <param name="Measure">What is computed.</param>
/// <param name="Height">Height of the beacon.</param>
/// <param name="ValidatorCount">Validators to draw.</param>
/// <param name="Publication">How scores become public.</param>
/// <param name="EtaHash">H(eta).</param>
/// <param name="Time">When.</param>
/// <param name="Cases">The drawn cases in their order.</param>
/// <param name="Seeds">Commitments of seeds.</param>
/// <param name="Panel">The miners.</param>
/// <param name="Keys">The keys' bytes.</param>
/// <param name="Ciphertexts">Labels and predictions in their order.</param>
internal sealed record ScoreBatchParts(
    ReadOnlyMemory<byte> Batch,
    ReadOnlyMemory<byte> Window,
    ScoringMeasure Measure,
    long Height,
    int ValidatorCount,
    ScorePublication Publication,
    ReadOnlyMemory<byte> EtaHash,
    DateTimeOffset Time,
    IReadOnlyList<ScoringCaseEvents> Cases,
    IReadOnlyList<SeedCommitment> Seeds,
    IReadOnlyList<PanelMiner> Panel,
    ReadOnlyMemory<byte> Keys,
    IReadOnlyList<ReadOnlyMemory<byte>> Ciphertexts);
