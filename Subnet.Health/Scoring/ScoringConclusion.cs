using System.Security.Cryptography;
using Subnet.Crypto.Comparison;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Health.Scoring;

/// <summary>Steps 4 and 5 as everyone computes them: outputs against seeds, an opening against its commitment, tags, checks, agreement, and the public value.</summary>
internal sealed class ScoringConclusion(ScoreBatchOpen batch, ScoringEvaluation evaluation)
{
    /// <summary>Whether outputs are the public function of the ciphertexts and a seed, byte for byte.</summary>
    public bool Matches(ReadOnlyMemory<byte> miner, byte[] seed, ReadOnlyMemory<byte> outputs) =>
        batch.IndexOf(miner.Span) is >= 0 and int number && outputs.Span.SequenceEqual(evaluation.Evaluate(number, seed));

    /// <summary>Checks an opening and gives the public value.</summary>
    /// <param name="commit">The logged commitment.</param>
    /// <param name="opening">Its opening.</param>
    /// <param name="seeds">Opened seeds by the validator's key in hex.</param>
    /// <param name="value">The public value.</param>
    public ScoringFault Conclude(
        ScoreCommitMessage commit, ScoreOpenMessage opening, IReadOnlyDictionary<string, byte[]> seeds, out long value)
    {
        value = 0;
        int number = batch.IndexOf(opening.Miner.Span);
        bool isOpening = number >= 0
            && commit.Miner.Span.SequenceEqual(opening.Miner.Span)
            && opening.Outputs.Count == commit.Validators.Count * evaluation.OutputWordCount
            && CryptographicOperations.FixedTimeEquals(ScoreOpening.Commit(opening.Nonce.Span, opening.Outputs), commit.Commitment.Span)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(opening.Eta.Span), batch.EtaHash.Span);
        if (!isOpening)
        {
            return ScoringFault.WrongOpening;
        }

        ulong[] words = [.. opening.Outputs];
        ScoreRatio? agreed = null;
        List<byte> inOrder = [];
        for (int j = 0; j < commit.Validators.Count; j++)
        {
            byte[] seed = seeds[Convert.ToHexStringLower(commit.Validators[j].Span)];
            inOrder.AddRange(seed);
            ScoringFault fault = evaluation.Check(number, seed, words.AsSpan(j * evaluation.OutputWordCount, evaluation.OutputWordCount), out ScoreRatio? score);
            if (fault is not (ScoringFault.None or ScoringFault.NothingToCompare))
            {
                return fault;
            }

            if (agreed is not null && agreed != score)
            {
                return ScoringFault.BadValue;
            }

            agreed = score;
        }

        if (agreed!.IsEmpty)
        {
            return ScoringFault.NothingToCompare;
        }

        using IRandomSource noise = ScoreRandomness.OpenNoise(batch.Batch.Span, opening.Miner.Span, opening.Eta.Span, inOrder.ToArray());
        value = batch.Publication.Publish(batch.Measure.Kind, agreed, batch.Panel.Count, noise);
        return ScoringFault.None;
    }
}
