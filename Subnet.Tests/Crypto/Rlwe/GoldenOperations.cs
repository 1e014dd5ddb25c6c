using Subnet.Crypto.Rlwe;
using Subnet.Tests.Support;

namespace Subnet.Tests.Crypto.Rlwe;

/// <summary>
/// What the golden tests of both schemes share: the sets that native SEAL 4.1.2 wrote, and the comparison of a deterministic operation
/// with its words, also over an input.
/// </summary>
/// <param name="sets">Names of the sets of a scheme.</param>
internal sealed class GoldenOperations(params string[] sets)
{
    private readonly Dictionary<string, Lazy<SealVectorSet>> _sets = sets.ToDictionary(name => name, name => new Lazy<SealVectorSet>(() => new SealVectorSet(name)));

    /// <summary>The sets.</summary>
    public SealVectorSet this[string name] => _sets[name].Value;

    /// <summary>The sets and those of the operations that each was written with; one ignored case where the vectors are absent.</summary>
    public IEnumerable<TestCaseData> Cases(IEnumerable<string> operations)
    {
        if (SharedFolder.TryFind() is null)
        {
            yield return new TestCaseData(string.Empty, string.Empty).Ignore("the folder of outside vectors (../shared, or SUBNET_SHARED) is absent");
            yield break;
        }

        foreach (string operation in operations)
        {
            foreach (string set in sets.Where(set => this[set].Has(operation)))
            {
                yield return new TestCaseData(set, operation).SetArgDisplayNames(set, operation);
            }
        }
    }

    /// <summary>Every deterministic result that SEAL recorded is among the operations, and every operation is recorded in some set.</summary>
    public void AssertComplete(IReadOnlyCollection<string> operations)
    {
        string[] recorded = [.. sets.SelectMany(set => this[set].DeterministicCiphertexts).Distinct()];
        Assert.Multiple(() =>
        {
            Assert.That(recorded.Except(operations), Is.Empty, "recorded and not replayed");
            Assert.That(operations.Except(recorded), Is.Empty, "in no set");
            Assert.That(Cases(operations).Count(), Is.EqualTo(sets.Sum(set => this[set].DeterministicCiphertexts.Count)));
        });
    }

    /// <summary>Computes from fresh inputs, and once more over the first of them, and compares the words.</summary>
    public void AssertWords(string set, string operation, Action<SealVectorSet, Ciphertext, Ciphertext> compute)
    {
        SealVectorSet vectors = this[set];
        Ciphertext expected = vectors.Ciphertext(operation);
        Ciphertext result = new(vectors.Parameters);
        compute(vectors, vectors.Ciphertext("ct_a"), result);
        AssertSame(result, expected);
        Ciphertext a = vectors.Ciphertext("ct_a");
        compute(vectors, a, a);
        AssertSame(a, expected);
    }

    private static void AssertSame(Ciphertext result, Ciphertext expected)
    {
        Assert.That(result.Level, Is.SameAs(expected.Level));
        Assert.That((result.Size, result.IsNttForm, result.Scale), Is.EqualTo((expected.Size, expected.IsNttForm, expected.Scale)));
        Assert.That(result.Words.SequenceEqual(expected.Words));
    }
}
