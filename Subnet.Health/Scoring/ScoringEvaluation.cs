using Subnet.Crypto.Comparison;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Health.Scoring;

/// <summary>
/// The public function of a batch's ciphertexts and a seed: what a validator computes and what everyone replays. Reading a batch refuses keys and ciphertexts that are not
/// seeded, reduced and different from each other. Not safe for concurrent use.
/// </summary>
internal sealed class ScoringEvaluation
{
    private readonly ScoreBatchOpen batch;
    private readonly ScoringKeys keys;

    private ScoringEvaluation(ScoreBatchOpen batch, ScoringKeys keys)
    {
        this.batch = batch;
        this.keys = keys;
    }

    /// <summary>Bytes of one validator's outputs for one miner.</summary>
    public int OutputByteCount => batch.Blocks * batch.Measure.OutputCount * ScoreOutput.ByteCount(batch.Measure.Set);

    /// <summary>Decrypted words of one validator's outputs for one miner.</summary>
    public int OutputWordCount => batch.Blocks * batch.Measure.OutputCount;

    /// <summary>Reads every key and ciphertext once; null where one is not of the batch's set, or two share a seed.</summary>
    public static ScoringEvaluation? TryCreate(ScoreBatchOpen batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (ScoringKeys.TryParse(batch.KeyBytes.Span) is not { } keys || keys.Set != batch.Measure.Set)
        {
            return null;
        }

        // Equal seeds mean equal masks: the difference of two ciphertexts would show the difference of what they hide.
        HashSet<PrngSeed> seeds = [.. keys.Seeds];
        bool isSound = seeds.Count == keys.Seeds.Count;
        ScoringEvaluation evaluation = new(batch, keys);
        for (int block = 0; block < batch.Blocks && isSound; block++)
        {
            isSound = evaluation.Check(batch.LabelBytes(block), seeds);
            for (int miner = 0; miner < batch.Panel.Count && isSound; miner++)
            {
                isSound = evaluation.Check(batch.PredictionBytes(miner, block), seeds);
            }
        }

        return isSound ? evaluation : null;
    }

    /// <summary>A seed's outputs for one miner, block after block, packed one after another.</summary>
    public byte[] Evaluate(int miner, ReadOnlySpan<byte> seed)
    {
        int length = ScoreOutput.ByteCount(batch.Measure.Set);
        byte[] outputs = new byte[OutputByteCount];
        int at = 0;
        for (int block = 0; block < batch.Blocks; block++)
        {
            using ScoreRandomness randomness = Randomness(miner, block, seed);
            foreach (ScoreOutput output in new ScoringEvaluator(keys.PublicKey, keys.Relinearization, randomness).Evaluate(Inputs(miner, block)))
            {
                output.Packed.CopyTo(outputs.AsSpan(at));
                at += length;
            }
        }

        return outputs;
    }

    /// <summary>The outputs in packed bytes; null where one is malformed.</summary>
    public IReadOnlyList<ScoreOutput>? Parse(ReadOnlySpan<byte> outputs)
    {
        int length = ScoreOutput.ByteCount(batch.Measure.Set);
        if (outputs.Length != OutputByteCount)
        {
            return null;
        }

        List<ScoreOutput> parsed = [];
        for (int at = 0; at < outputs.Length; at += length)
        {
            if (ScoreOutput.TryParse(batch.Measure.Set, outputs.Slice(at, length)) is not { } output)
            {
                return null;
            }

            parsed.Add(output);
        }

        return parsed;
    }

    /// <summary>A validator's check of its own opened outputs: tags and checks of every block, and the score that the values stand for.</summary>
    public ScoringFault Check(int miner, ReadOnlySpan<byte> seed, ReadOnlySpan<ulong> outputs, out ScoreRatio? score)
    {
        score = null;
        int each = batch.Measure.OutputCount;
        if (outputs.Length != OutputWordCount)
        {
            return ScoringFault.Malformed;
        }

        List<ulong[]> values = [];
        for (int block = 0; block < batch.Blocks; block++)
        {
            ReadOnlySpan<ulong> own = outputs.Slice(block * each, each);
            using ScoreRandomness randomness = Randomness(miner, block, seed);
            ScoringFault fault = ScoreOpening.Verify(batch.Measure, randomness, own) switch
            {
                ScoreVerdict.Holds => ScoringFault.None,
                ScoreVerdict.WrongTag => ScoringFault.WrongTag,
                ScoreVerdict.InvalidInputs => ScoringFault.InvalidInputs,
                _ => ScoringFault.Malformed,
            };
            if (fault != ScoringFault.None)
            {
                return fault;
            }

            values.Add(own[..batch.Measure.ValueCount].ToArray());
        }

        score = ScoreRatio.From(batch.Measure, values, batch.Patients);
        return score switch { null => ScoringFault.BadValue, { IsEmpty: true } => ScoringFault.NothingToCompare, _ => ScoringFault.None };
    }

    private ScoreRandomness Randomness(int miner, int block, ReadOnlySpan<byte> seed) =>
        new(batch.Session(block), batch.Panel[miner].Miner.Span, seed);

    private ScoringInputs Inputs(int miner, int block) => ScoringInputs.Join(
        batch.Measure,
        [.. batch.PredictionBytes(miner, block).Select(bytes => ScoringInput.TryParse(batch.Measure.Set, bytes.Span)!)],
        [.. batch.LabelBytes(block).Select(bytes => ScoringInput.TryParse(batch.Measure.Set, bytes.Span)!)]);

    private bool Check(IEnumerable<ReadOnlyMemory<byte>> ciphertexts, HashSet<PrngSeed> seeds) =>
        ciphertexts.All(bytes => ScoringInput.TryParse(batch.Measure.Set, bytes.Span) is { } input && seeds.Add(input.Seed));
}
