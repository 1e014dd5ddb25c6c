using Subnet.Crypto.Commitments;

namespace Subnet.Crypto.Proofs;

/// <summary>
/// Checks the proofs of many miners with one sum of multiples: their generators are the same, so a further proof costs its own two dozen points only. A batch that
/// fails is searched by halves for the proofs that do not hold. Not safe for concurrent use.
/// </summary>
public sealed class LinearProofBatch
{
    private readonly GeneratorSet generators;
    private readonly List<LinearProofReader?> readers = [];

    /// <summary>An empty batch.</summary>
    public LinearProofBatch(GeneratorSet generators)
    {
        ArgumentNullException.ThrowIfNull(generators);
        this.generators = generators;
    }

    /// <summary>Number of proofs added.</summary>
    public int Count => readers.Count;

    /// <summary>Adds a proof; one that cannot be read counts as one that does not hold.</summary>
    /// <returns>Its number.</returns>
    public int Add(ProofContext context, AuditList audits, VectorCommitment commitment, ReadOnlySpan<byte> proof, ReadOnlySpan<byte> rho)
    {
        ArgumentNullException.ThrowIfNull(audits);
        LinearProofReader? reader = null;
        if (audits.FeatureCount * (long)audits.ClassCount <= generators.Count)
        {
            LinearStatement statement = LinearStatement.For(context, audits, commitment);
            LinearProofReader.TryRead(statement, audits, null, proof, rho, out reader);
        }

        readers.Add(reader);
        return readers.Count - 1;
    }

    /// <summary>The numbers of the proofs that do not hold, ascending; empty when all do.</summary>
    public IReadOnlyList<int> FindInvalid()
    {
        List<int> invalid = [.. Enumerable.Range(0, readers.Count).Where(i => readers[i] is null)];
        int[] rest = [.. Enumerable.Range(0, readers.Count).Where(i => readers[i] is not null)];
        Search(rest, invalid);
        invalid.Sort();
        return invalid;
    }

    private void Search(ReadOnlySpan<int> numbers, List<int> invalid)
    {
        if (numbers.IsEmpty || Holds(numbers))
        {
            return;
        }

        if (numbers.Length == 1)
        {
            invalid.Add(numbers[0]);
            return;
        }

        Search(numbers[..(numbers.Length / 2)], invalid);
        Search(numbers[(numbers.Length / 2)..], invalid);
    }

    private bool Holds(ReadOnlySpan<int> numbers)
    {
        // The weights follow from every transcript, so no proof can be made to cancel another.
        Transcript weights = new("subnet-proof-batch/1");
        int longest = 1;
        foreach (int number in numbers)
        {
            LinearProofReader reader = readers[number]!;
            weights.Absorb("proof", reader.Transcript.State);
            longest = Math.Max(longest, reader.Count);
        }

        VerificationSum sum = new(generators, longest);
        foreach (int number in numbers)
        {
            if (!readers[number]!.TryAdd(sum, weights))
            {
                return false;
            }
        }

        return sum.IsInfinity();
    }
}
